import { t } from '@aic/text';
import type { Figures } from './read';

const POOR_AUC = 0.6;
const FAIR_AUC = 0.75;
const GREAT_AUC = 0.95;
const POOR_R2 = 0.2;
const GREAT_R2 = 0.95;

/** How good it is, in one sentence; null when no figure tells. */
export const qualitySentence = ({ auc, r2 }: Figures): string | null => {
    if (auc !== undefined) return auc < POOR_AUC ? t('train.auc.poor') : auc < FAIR_AUC ? t('train.auc.fair') : auc < GREAT_AUC ? t('train.auc.good') : t('train.auc.great');
    if (r2 !== undefined) return r2 < POOR_R2 ? t('train.r2Words.poor') : r2 < GREAT_R2 ? t('train.r2Words.good') : t('train.r2Words.great');
    return null;
};
