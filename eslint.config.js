import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig([
  // test/conformance is vendored unchanged.
  globalIgnores([
    'dist/',
    'dist-sea/',
    'src/wasm/assembly/',
    'src/wasm/compiled/',
    'coverage/',
    'data/',
    'test/conformance/',
    'test/fixtures/',
  ]),
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['vitest.config.ts'] }, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // Each of these is a bug in waiting.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-control-regex': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',

      // Numbers and booleans print as one expects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      // A leading underscore says "not needed here".
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Hot paths use index loops, and `as number` after a bounds check; `!` stays forbidden elsewhere by no-non-null-assertion.
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // `return exit(code)` and `() => server.close()` are short and clear where nobody looks at the value.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `env['NAME']` says that nothing promises the name.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // An empty method is how an interface is declined.
      '@typescript-eslint/no-empty-function': 'off',
      // `<K extends keyof Flags>(key: K)` ties a key to its value, which the rule does not see.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A method that promises may have nothing to wait for; async makes its errors rejections.
      '@typescript-eslint/require-await': 'off',
      // isolatedDeclarations wants the type of an export on its left.
      '@typescript-eslint/consistent-generic-constructors': 'off',
      // A regexp says "starts with this token" as well as a method does.
      '@typescript-eslint/prefer-includes': 'off',
    },
  },
  { files: ['test/**', 'bench/**', 'scripts/**', 'examples/**'], rules: { 'no-console': 'off' } },
  // `expect(mock.method)` looks at the method, it does not call it.
  { files: ['test/**'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  {
    // Scripts that run as they are have no types to check.
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
]);
