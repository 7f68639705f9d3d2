// What every story needs: a browser, pages that are photographed at 1440 and 390 px, light and dark, and looked at by axe.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const url = process.env.AIC_URL;
export const password = process.env.AIC_PASSWORD;
export const shots = new URL('../../build/screenshots/', import.meta.url).pathname;
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const startBrowser = () => {
    mkdirSync(shots, { recursive: true });
    return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
};

/** A page of a browser that knows nobody yet. complaints: what its console and its scripts complain about. */
export async function newPage(browser, complaints = [], width = 1440, height = 900) {
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', acceptDownloads: true });
    const page = await context.newPage();
    page.on('console', (message) => {
        // A refused call (401 before the sign-in) is the browser's note of an answer, not a fault of the page.
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    return page;
}

export async function signIn(page, email, secret = password) {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').first().fill(secret);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export const settled = (page) => page.waitForFunction(() => document.querySelectorAll('[data-skeleton]').length === 0);

/** Photographs the page in both sizes and themes, and lets axe look at it in each. */
export async function look(page, name) {
    for (const [width, height] of [[1440, 900], [390, 844]]) {
        for (const scheme of ['light', 'dark']) {
            await page.setViewportSize({ width, height });
            await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
            await settled(page);
            await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
            await page.screenshot({ path: `${shots}${name}-${width}-${scheme}.png`, fullPage: true });
            const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            assert.ok(sideways <= 0, `${name} at ${width} px scrolls sideways by ${sideways} px`);
            const found = await page.evaluate(async (source) => {
                if (!window.axe) throw new Error(`axe is not loaded yet (${source.length})`);
                return window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
            }, axe).catch(async () => runAxeOutsideThePolicy(page));
            const faults = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
            assert.deepEqual(faults, [], `axe on ${name} at ${width} px, ${scheme}`);
        }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/* One for each page, and never detached: with it the page's virtual authenticators would go. */
const debuggers = new WeakMap();

/** The content security policy forbids eval, as it should; the debugger's own channel is not bound by it. */
async function runAxeOutsideThePolicy(page) {
    if (!debuggers.has(page)) debuggers.set(page, await page.context().newCDPSession(page));
    await debuggers.get(page).send('Runtime.evaluate', { expression: axe });
    return page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
}
