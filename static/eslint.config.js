import js from '@eslint/js'
import globals from 'globals'
import ts from 'typescript-eslint'
import vue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...vue.configs['flat/essential'],
  ...a11y.configs['flat/recommended'],
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-undef': 'off', // the type checker knows better
      'vue/multi-word-component-names': 'off', // Button, Chip … are capitalised in templates
      'vue/no-v-html': 'error',
      'vuejs-accessibility/label-has-for': 'off', // labels either wrap their control or name it; the rule demands both
      'vuejs-accessibility/form-control-has-label': 'off', // can't see aria-label on wrapped controls
      'vuejs-accessibility/no-autofocus': 'off', // moving the focus on opening is asked for by the dialogs
    },
  },
  { files: ['**/*.mjs', '*.ts', '*.js', 'tests/**'], languageOptions: { globals: { ...globals.node } } },
)
