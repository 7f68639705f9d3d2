export { startText, locale, t } from './i18n';
export { formatNumber, formatPercent, formatInterval, formatDateTime, formatDate, formatMoney, formatRelative } from './format';
export { metricKeys, metricName, metricOf, type Metric } from './glossary';
export { useTranslation } from 'react-i18next';
