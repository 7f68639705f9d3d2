export const categories = ['UNJUST_DENIAL', 'BIAS', 'NO_HUMAN_APPEAL', 'OPACITY', 'DISHONESTY', 'DIGNITY', 'PRIVACY', 'SAFETY', 'OTHER'] as const;
export const languages = ['en', 'af', 'zu', 'fr', 'de'] as const;
