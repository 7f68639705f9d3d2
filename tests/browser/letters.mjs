// The mail of a person in a story: the files that a server in development writes instead of sending them.
import { readdirSync, readFileSync } from 'node:fs';

const folder = process.env.AIC_LETTERS;

const decode = (quotedPrintable) =>
    Buffer.from(quotedPrintable.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8');

const read = (to, kind) => {
    const names = readdirSync(folder).filter((name) => name.endsWith(`-${kind}.eml`)).sort();
    return names.map((name) => readFileSync(`${folder}/${name}`, 'latin1')).filter((raw) => raw.includes(`\r\nTo: <${to}>\r\n`)).map(decode);
};

/** The link of the newest letter of this kind, the count-th at least; waits for it. */
export async function linkOf(page, to, kind, count = 1) {
    for (;;) {
        const found = read(to, kind);
        if (found.length >= count) return /https?:\/\/\S+\/app\/\S+/.exec(found.at(-1))[0];
        await page.waitForTimeout(50); // between looks; the test runner ends a story that waits in vain
    }
}

/** The letter as somebody sees it. */
export const htmlOf = (to, kind) => /<!doctype html>[\s\S]*<\/html>/.exec(read(to, kind).at(-1))[0];
