import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** A calm green-blue, the same ten steps as in theme.css. */
const brand: MantineColorsTuple = [
    '#eaf6f5', '#d3ebe9', '#a4d6d2', '#73c0ba', '#4caea7', '#33a39b', '#209189', '#0f7a73', '#0f5c5c', '#0a4546',
];

export const theme = createTheme({
    primaryColor: 'brand',
    primaryShade: { light: 8, dark: 6 },
    colors: { brand },
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, monospace',
    defaultRadius: 'md',
    headings: { fontWeight: '650' },
    respectReducedMotion: true,
});
