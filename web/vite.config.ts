import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Four apps from one build, so that what they share is one file in the browser's cache.
export default defineConfig({
    root: here('.'),
    plugins: [react()],
    resolve: {
        alias: {
            '@aic/ui': here('packages/ui/index.ts'),
            '@aic/api': here('packages/api/index.ts'),
            '@aic/auth': here('packages/auth/index.ts'),
            '@aic/charts': here('packages/charts/index.ts'),
            '@aic/text': here('packages/text/index.ts'),
        },
    },
    build: {
        outDir: 'dist',
        emptyOutDir: true,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        chunkSizeWarningLimit: 800,
        rollupOptions: {
            input: ['public', 'platform', 'admin', 'hq'].map((app) => here(`apps/${app}/index.html`)),
        },
    },
    server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
    test: { environment: 'jsdom', include: ['{apps,packages}/**/*.test.{ts,tsx}', 'lint/*.test.ts'], setupFiles: [here('packages/text/testSetup.ts')] },
});
