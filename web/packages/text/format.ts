import { locale, t } from './i18n';

const missing = '–';

export const formatNumber = (value: number | null | undefined, digits = 0) =>
    value === null || value === undefined
        ? missing
        : new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const formatPercent = (value: number | null | undefined, digits = 1) =>
    value === null || value === undefined
        ? missing
        : new Intl.NumberFormat(locale(), {
              style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits,
          }).format(value);

export const formatInterval = (interval: readonly (number | null)[] | null | undefined, percent: boolean) => {
    const [low, high] = interval ?? [];
    if (low === null || low === undefined || high === null || high === undefined) return missing;
    const [from, to] = percent ? [formatPercent(low), formatPercent(high)] : [formatNumber(low, 3), formatNumber(high, 3)];
    return t('common.range', { low: from, high: to });
};

export const formatDateTime = (iso: string | null | undefined) =>
    iso ? new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso)) : missing;

export const formatDate = (iso: string | null | undefined) =>
    iso ? new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(iso)) : missing;

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60],
];

export const formatRelative = (iso: string, now = Date.now()) => {
    const seconds = (new Date(iso).getTime() - now) / 1000;
    const [unit, size] = steps.find(([, step]) => Math.abs(seconds) >= step) ?? ['second', 1];
    return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.round(seconds / size), unit);
};

/** An amount in the currency's smallest unit, such as cents; yen have none. */
export const formatMoney = (smallest: number, currency: string) => {
    const format = new Intl.NumberFormat(locale(), { style: 'currency', currency });
    return format.format(smallest / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};
