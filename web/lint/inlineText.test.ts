import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import inlineText from './inlineText.js';

const linter = new Linter();
const found = (code: string) =>
    linter.verify(code, {
        files: ['**/*.tsx'],
        languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
        plugins: { own: { rules: { 'inline-text': inlineText } } },
        rules: { 'own/inline-text': 'error' },
    }, 'page.tsx');

describe('inline-text', () => {
    it.each([
        '<p>Sign in</p>', '<p>{"Sign in"}</p>', '<p>{ok ? "Kept" : null}</p>', '<Input label="ok" />', '<Input placeholder="Search…" />', '<a title={`by ${name}`} />', '<div aria-label="menu" />',
        '<Panel title={"The " + name} />', 'const steps = ["The file", "Its columns"];', 'const facts = [["Purpose", x]];', 'const column = { header: "System" };', 'const s = `Entry ${n}`;',
        '<Page lead={a ? "none" : b} />', 'document.title = "Welcome";',
    ])('refuses %s', (code) => {
        expect(found(code).map((message) => message.ruleId)).toContain('own/inline-text');
    });
    it.each([
        '<p>{t("auth.signIn")}</p>', '<p>·</p>', '<div className="panel stack" style={{ margin: "6px 0 0" }} />', '<Input label={t("word.name")} name="email" type="email" />', 'if (event.key === "Enter") go();',
        'import { x } from "./Some Thing";', 'throw new Error("The page has no root element.");', 'const headers = { "Content-Type": "text/csv" };', 'const path = `/systems/${id}`;',
        'const load = lazyRouteComponent(() => import("./SystemsPage"), "SystemsPage");', 'type Tab = "Some tab";', 'const font = "600 12.5px sans-serif";', 'const still = matchMedia("(prefers-reduced-motion: reduce)");', 'const kind = { DRAFT: "NONE" }[status];', '<nav data-open="true" role="region" />',
    ])('lets %s through', (code) => {
        expect(found(code)).toEqual([]);
    });
});
