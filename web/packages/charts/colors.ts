/** Okabe and Ito's colours, told apart with any colour vision; each series also has its own shape. */
export const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a6d00', '#6b7a88'] as const;
export const symbols = ['circle', 'triangle', 'rect', 'diamond', 'pin', 'roundRect', 'arrow', 'emptyCircle'] as const;

/** What a chart is drawn with, in the light and in the dark. The grounds are the panels' of theme.css. */
export const inks = (dark: boolean) => ({
    text: dark ? '#e4eaee' : '#17212b',
    soft: dark ? '#9fadb8' : '#52606d',
    line: dark ? '#33414a' : '#dfe5ea',
    ground: dark ? '#161e23' : '#ffffff',
    blue: dark ? '#5aa9dd' : '#0072b2',
    orange: dark ? '#f0864a' : '#c85400',
    violet: dark ? '#b58ac9' : '#8f5aa8',
    outline: dark ? '#8495a3' : '#71808d',
    /** From this share of blue on, the ground's colour reads better on it than the text's. */
    flip: dark ? 0.68 : 0.85,
    passBand: dark ? '#12321f' : '#e3f3ea',
    reviewBand: dark ? '#38290a' : '#fdf1da',
    failBand: dark ? '#40171a' : '#fce8e6',
});
export type Inks = ReturnType<typeof inks>;
