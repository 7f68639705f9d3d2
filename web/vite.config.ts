import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What a browser must have before it shows anything; what comes with import() later is not counted. */
const MOST_AT_FIRST = 200_000;

const firstLoad = (): Plugin => ({
    name: 'first-load',
    apply: 'build',
    generateBundle(_, bundle) {
        for (const entry of Object.values(bundle)) {
            if (entry.type !== 'chunk' || !entry.isEntry) continue;
            const needed = new Set([entry.fileName]);
            for (const name of needed) {
                const file = bundle[name];
                if (file?.type === 'chunk') for (const other of file.imports) needed.add(other);
            }
            const bytes = [...needed].reduce((sum, name) => {
                const file = bundle[name];
                return sum + (file?.type === 'chunk' ? gzipSync(file.code).length : 0);
            }, 0);
            if (bytes > MOST_AT_FIRST) this.error(`${entry.facadeModuleId ?? entry.fileName} loads ${String(bytes)} bytes of script (gzip) at first; at most ${String(MOST_AT_FIRST)} are allowed.`);
        }
    },
});

// Four apps from one build, so that what they share is one file in the browser's cache.
export default defineConfig({
    root: here('.'),
    plugins: [react(), firstLoad()],
    resolve: {
        alias: {
            '@aic/ui': here('packages/ui/index.ts'),
            '@aic/api': here('packages/api/index.ts'),
            '@aic/auth': here('packages/auth/index.ts'),
            '@aic/audit': here('packages/audit/index.ts'),
            '@aic/leads': here('packages/leads/index.ts'),
            '@aic/files': here('packages/files/index.ts'),
            '@aic/tasks': here('packages/tasks/index.ts'),
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
