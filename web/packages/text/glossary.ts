import { metric } from './en.metrics';
import { t } from './i18n';

/** What a metric means, for hovers. */
export interface Metric {
    name: string;
    definition: string;
    formula: string;
    /** The value of equal treatment. */
    ideal: string;
    /** Where the standard policy draws the line. */
    good: string;
    /** What the number does not tell. */
    limits: string;
}

type Name = keyof typeof metric;
const isKnown = (key: string): key is Name => Object.hasOwn(metric, key);

/** The known metrics, those that people ask for first. */
export const metricKeys: readonly string[] = Object.keys(metric);

export const metricOf = (key: string): Metric | null =>
    isKnown(key)
        ? {
              name: t(`metric.${key}.name`), definition: t(`metric.${key}.definition`), formula: t(`metric.${key}.formula`),
              ideal: t(`metric.${key}.ideal`), good: t(`metric.${key}.good`), limits: t(`metric.${key}.limits`),
          }
        : null;

export const metricName = (key: string) => {
    if (isKnown(key)) return t(`metric.${key}.name`);
    const words = key.replaceAll('_', ' ');
    return words.charAt(0).toUpperCase() + words.slice(1);
};
