export { startText, locale } from './i18n';
export { formatNumber, formatPercent, formatInterval, formatDateTime, formatDate, formatRelative } from './format';
export { metrics, metricName } from './glossary';
export { useTranslation } from 'react-i18next';
