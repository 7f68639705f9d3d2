import type { Rule } from 'eslint';

declare const inlineText: Rule.RuleModule;
export default inlineText;
