import { formatNumber } from '@aic/text';

/** 912 kB, 43.1 MB: as the server counts them, in thousands. */
export const formatBytes = (bytes: number) => {
    if (bytes >= 1e9) return `${formatNumber(bytes / 1e9, 2)} GB`;
    if (bytes >= 1e6) return `${formatNumber(bytes / 1e6, 1)} MB`;
    return bytes >= 1e3 ? `${formatNumber(bytes / 1e3)} kB` : `${formatNumber(bytes)} B`;
};
