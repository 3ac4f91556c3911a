// How Vite builds and serves the page (src/ui). The server knows of it: index.html holds `__CSP_NONCE__`, assets lie under static/.
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..');

export const uiConfig = {
  configFile: false,
  root: path.join(root, 'src', 'ui'),
  // Relative, so that the page works under any route prefix.
  base: './',
  oxc: { jsx: { runtime: 'automatic' } },
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: path.join(root, 'dist', 'ui'),
    emptyOutDir: true,
    assetsDir: 'static',
    // Nothing is inlined: the policy of the page allows no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // With native light-dark(), which older targets would have rewritten.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // `use client` means nothing here: there is no server that renders.
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
    },
  },
};
