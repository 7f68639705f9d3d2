import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import inlineText from './lint/inlineText.js';

// The web's half of the rule "dependencies point down": apps import packages, never each other; a feature does not reach
// into another one; packages stand on text and api.
export default tseslint.config(
    { ignores: ['dist', 'node_modules', 'packages/api/schema.d.ts'] },
    js.configs.recommended,
    ...tseslint.configs.strictTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'lint/*.js'] }, tsconfigRootDir: import.meta.dirname } },
        plugins: { boundaries, 'react-hooks': hooks },
        settings: {
            'import/resolver': { typescript: { project: './tsconfig.json' } },
            'boundaries/elements': [
                { type: 'package', pattern: 'packages/*', capture: ['name'] },
                { type: 'feature', pattern: 'apps/*/src/features/*', capture: ['app', 'name'] },
                { type: 'app', pattern: 'apps/*', capture: ['app'] },
            ],
        },
        rules: {
            'react-hooks/rules-of-hooks': 'error',
            'react-hooks/exhaustive-deps': 'error',
            'boundaries/element-types': ['error', {
                default: 'disallow',
                rules: [
                    { from: 'app', allow: ['package', ['feature', { app: '${from.app}' }], ['app', { app: '${from.app}' }]] },
                    { from: 'feature', allow: ['package', ['feature', { app: '${from.app}', name: '${from.name}' }]] },
                    { from: [['package', { name: 'auth' }]], allow: [['package', { name: '{ui,api,text}' }]] },
                    { from: [['package', { name: '{audit,leads,files,tasks}' }]], allow: [['package', { name: '{ui,api,text}' }]] },
                    { from: [['package', { name: '{ui,charts}' }]], allow: [['package', { name: '{api,text}' }]] },
                    { from: [['package', { name: 'api' }]], allow: [['package', { name: 'text' }]] },
                ],
            }],
            '@typescript-eslint/no-explicit-any': 'error',
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
            '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
            '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'package', package: '@tanstack/router-core', name: 'Redirect' }] }],
        },
    },
    { files: ['**/*.tsx'], plugins: { own: { rules: { 'inline-text': inlineText } } }, rules: { 'own/inline-text': 'error' } },
    { files: ['eslint.config.js', 'lint/*.js'], ...tseslint.configs.disableTypeChecked },
);
