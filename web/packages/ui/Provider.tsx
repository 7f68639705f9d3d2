import '@mantine/core/styles.css';
import '@mantine/core/styles/default-css-variables.css';
import './theme.css';
import './ui.css';

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { makeQueryClient } from '@aic/api';
import { type ReactNode, useState } from 'react';
import { theme } from './theme';

/** Colour variables come from theme.css: the content security policy forbids style elements made by scripts. */
export const Provider = ({ children }: { children: ReactNode }) => {
    const [client] = useState(makeQueryClient);
    return (
        <QueryClientProvider client={client}>
            <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
                {children}
            </MantineProvider>
        </QueryClientProvider>
    );
};
