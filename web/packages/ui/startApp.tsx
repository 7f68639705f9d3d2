import { startText } from '@aic/text';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from './Provider';

export const startApp = async (app: ReactNode) => {
    await startText();
    const root = document.getElementById('root');
    if (!root) throw new Error('The page has no root element.');
    createRoot(root).render(<StrictMode><Provider>{app}</Provider></StrictMode>);
};
