/** Okabe and Ito's colours, told apart with any colour vision; each series also has its own shape. */
export const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a6d00', '#6b7a88'];
export const shapes = ['circle', 'triangle', 'rect', 'diamond', 'pin', 'roundRect', 'arrow', 'circle'];

export const inks = (dark: boolean) => ({
    text: dark ? '#e4eaee' : '#17212b',
    soft: dark ? '#9fadb8' : '#52606d',
    line: dark ? '#33414a' : '#dfe5ea',
    back: dark ? '#161e23' : '#ffffff',
    bar: dark ? '#5aa9dd' : '#2b6f9e',
    reference: dark ? '#8495a3' : '#71808d',
    limit: dark ? '#ff9a90' : '#b3261e',
});
export type Inks = ReturnType<typeof inks>;
