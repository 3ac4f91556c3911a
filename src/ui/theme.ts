import { createTheme, type MantineThemeOverride } from '@mantine/core';

/** Compact and calm: colour is for what needs somebody's eye. */
export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'gate',
  primaryShade: 7,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  // The page itself never scrolls, so there is nothing to lock; the lock would bring a style without a nonce.
  components: { Modal: { defaultProps: { lockScroll: false } } },
  colors: {
    gate: ['#e8f6f8', '#d3eaee', '#a6d5dd', '#76bfcb', '#4fadbc', '#38a2b3', '#1f8fa1', '#11707f', '#0b5f6d', '#044e5a'],
    dark: ['#c9d1d9', '#b3bcc6', '#8b96a3', '#5c6773', '#3b4550', '#2b333d', '#222932', '#191f26', '#12171d', '#0c1015'],
  },
});
