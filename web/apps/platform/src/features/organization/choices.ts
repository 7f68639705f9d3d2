export const sizes = ['1-50', '51-250', '251-1000', '1001-5000', '5000+'] as const;
