// An ESLint rule: texts for people stand in the catalogue (packages/text), not in the components. In a .tsx file it refuses
//  - words between tags,
//  - words in an attribute that people see or hear,
//  - and any other string that reads like words: one that begins as a sentence does, or has words with spaces between.
const spoken = new Set([
    'label', 'placeholder', 'title', 'alt', 'description', 'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'aria-placeholder',
    'name', 'note', 'lead', 'about', 'reading', 'sentence', 'submitLabel', 'search', 'error',
]);
const technical = new Set(['className', 'style', 'autoComplete', 'type', 'accept', 'href', 'to', 'mb', 'mt', 'd', 'viewBox']);

const hasWord = (text) => /\p{L}/u.test(text);
/** Paths of drawings, fonts and media queries. */
const isNotation = (text) => /^path:|\dpx\b|^\([a-z-]+:/.test(text);
const readsLikeWords = (text) => /^\p{Lu}\p{Ll}+(?:[\s.,:;!?…]|$)/u.test(text.trim()) || /\p{L}[.,:;]? \p{L}/u.test(text);

const keyed = new Set(['BinaryExpression', 'SwitchCase', 'ImportDeclaration', 'ExportNamedDeclaration', 'ImportExpression', 'TSLiteralType']);
const isErrorOfProgrammers = (node) => node.type === 'NewExpression' && /Error$/.test(node.callee.name ?? '');
const isTranslation = (node) => node.type === 'CallExpression' && (node.callee.name === 't' || node.callee.property?.name === 't');

/** What a string is for: an attribute it is the value of, or that nobody reads it. */
const purposeOf = (node) => {
    for (let at = node, up = node.parent; up; at = up, up = up.parent) {
        if (keyed.has(up.type) && up.type !== 'BinaryExpression') return { quiet: true };
        if (up.type === 'BinaryExpression' && up.operator !== '+') return { quiet: true };
        if (up.type === 'Property' && up.key === at && !up.computed) return { quiet: true };
        if (up.type === 'MemberExpression' && up.property === at) return { quiet: true };
        if (isErrorOfProgrammers(up) || isTranslation(up)) return { quiet: true };
        if (up.type === 'JSXAttribute') {
            const name = up.name.type === 'JSXIdentifier' ? up.name.name : `${up.name.namespace.name}-${up.name.name.name}`;
            // In a form's own parts `name` is the field's, which nobody reads.
            const field = name === 'name' && /Input$|^input$|^Select$|^Textarea$/.test(up.parent.name.name ?? '');
            return { quiet: technical.has(name) || field, spoken: spoken.has(name) };
        }
        if (up.type === 'JSXElement' || up.type === 'JSXFragment') return {};
        // A call's own strings are keys, names and formats unless they read like words.
        if (/Function|Call|Statement|Declaration/.test(up.type)) return {};
    }
    return {};
};

export default {
    meta: { type: 'problem', schema: [], messages: { inline: 'Put this text into the catalogue (packages/text/en.ts) and call t(): "{{text}}"' } },
    create(context) {
        const report = (node, text) => context.report({ node, messageId: 'inline', data: { text: text.trim().slice(0, 60) } });
        const check = (node, text) => {
            if (!hasWord(text) || isNotation(text)) return;
            const purpose = purposeOf(node);
            if (!purpose.quiet && (purpose.spoken || readsLikeWords(text))) report(node, text);
        };
        return {
            JSXText(node) {
                if (hasWord(node.value)) report(node, node.value);
            },
            Literal(node) {
                if (typeof node.value === 'string') check(node, node.value);
            },
            TemplateLiteral(node) {
                if (node.parent.type === 'TaggedTemplateExpression') return;
                // One report for a template, of the first of its parts that reads like words.
                const part = node.quasis.map((quasi) => quasi.value.cooked ?? '').find((text) => hasWord(text));
                if (part !== undefined) check(node, part);
            },
        };
    },
};
