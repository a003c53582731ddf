// Knows: the manners of the code that a linter can hold. Refuses to know: who may import whom (floors.cjs).
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', 'fixtures/src/**/*.ts', 'bench/src/**/*.ts'];
const pure = ['core/src/{base,compilation,wire,scheduling}/**/*.ts'];

const banned = (names, message) => names.map((name) => ({ name, message }));
const pureSentence = 'Floors 1 and 2 are pure: no process, clock, randomness, timers or console; effects come in as arguments.';
const environmentSentence = 'Environment variables are read in daemons/*, through core/host, validated once, then frozen.';

const restrictedSyntax = [
  { selector: 'ExportDefaultDeclaration', message: 'One door per package: named exports, no default export.' },
  { selector: 'ExportNamedDeclaration > ExportSpecifier[exported.name="default"]', message: 'Named exports, no default export.' },
  { selector: 'TSEnumDeclaration', message: 'No enums: a union of literals says the same.' },
  { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'No namespaces.' },
];
const pureSyntax = [
  { selector: ':function[async=true]', message: 'Floors 1 and 2 are pure: no async.' },
  { selector: 'AwaitExpression', message: 'Floors 1 and 2 are pure: no async.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: pureSentence },
];
const clocks = [
  { object: 'Date', property: 'now', message: pureSentence },
  { object: 'Math', property: 'random', message: pureSentence },
  { object: 'performance', property: 'now', message: pureSentence },
];
const environment = { object: 'process', property: 'env', message: environmentSentence };

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/build/', '.cache/', '**/*.d.ts'] },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: '.config/tsconfig.all.json', tsconfigRootDir: new URL('..', import.meta.url).pathname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, properties: false, attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'always'],
      'no-restricted-syntax': ['error', ...restrictedSyntax],
      'no-restricted-properties': ['error', environment],
      'no-console': 'error',
    },
  },
  {
    files: pure,
    ignores: tests,
    rules: {
      'no-restricted-syntax': ['error', ...restrictedSyntax, ...pureSyntax],
      'no-restricted-properties': ['error', environment, ...clocks],
      'no-restricted-globals': [
        'error',
        ...banned(
          ['process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'performance', 'crypto'],
          pureSentence,
        ),
      ],
    },
  },
  {
    files: ['daemons/*/src/**/*.ts', 'core/src/host/**/*.ts', 'plugins/*/src/**/*.ts', ...tests, '.config/*.ts', '.ci/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['daemons/cli/src/**/*.ts', ...tests, '.config/*.ts', '.ci/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.test.ts'], rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', '@typescript-eslint/max-params': 'off', '@typescript-eslint/only-throw-error': 'off' } },
  {
    // The programs that read this file and vitest's settings ask for a default export.
    files: ['.config/*'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
