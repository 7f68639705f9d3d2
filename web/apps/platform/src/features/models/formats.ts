import { formatNumber, t } from '@aic/text';

const MOST_BYTES = 200_000_000;

const endings: readonly [RegExp, () => string][] = [
    [/\.(pkl|pickle|joblib|dill|cloudpickle)(\.\w+)?$/i, () => t('newModel.pickle')],
    [/\.(model|bin|deprecated)$/i, () => t('newModel.oldXgboost')],
    [/\.(h5|hdf5|keras|pt|pth|safetensors|pb|tflite|gguf)$/i, () => t('newModel.network')],
    [/\.(csv|tsv|xlsx?|parquet|ods)$/i, () => t('newModel.table')],
    [/\.(zip|gz|tar|tgz|7z|rar|xz)$/i, () => t('newModel.archive')],
];

/** Why a file cannot be a model that is read here, told before it is sent; null when it may be one. What its bytes are the
    server finds out. */
export const whyNoModel = ({ name, size }: Pick<File, 'name' | 'size'>): string | null => {
    if (size === 0) return t('newModel.empty');
    if (size > MOST_BYTES) return t('newModel.tooLarge', { size: formatNumber(size / 1e6, 1) });
    return endings.find(([ending]) => ending.test(name))?.[1]() ?? null;
};

/** "loan_score-v3.2.json" → Loan score, 3.2. */
export const namedAfter = (file: string): { name: string; version: string } => {
    const stem = file.replace(/\.[a-z]+$/i, '');
    const found = /^(.*?)[-_ ]*v?(\d+(?:\.\d+)*)$/i.exec(stem);
    const words = (found?.[1] || stem).replaceAll(/[-_]+/g, ' ').trim();
    return { name: words.charAt(0).toUpperCase() + words.slice(1), version: found?.[1] ? (found[2] ?? '1') : '1' };
};

const formats = ['xgboost-json', 'xgboost-ubjson', 'lightgbm-text', 'onnx', 'aic'] as const;

export const formatText = (format: string | null) => {
    const known = formats.find((one) => one === format);
    return known ? t(`models.formats.${known}`) : (format ?? t('models.noFile'));
};
