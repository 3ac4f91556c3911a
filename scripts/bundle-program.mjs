// Joins what the program loads at its start into few files: hundreds of small ones take 0.1 s of every start just to be found and read.
// The entry points in dist/cli/ are replaced by bundles with the same names, the rest of dist/ stays for whoever imports single files.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';

const root = path.join(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Each a program in bin/. */
const entries = ['cli/main', 'cli/health-check'];

/** Native add-ons stay in node_modules. */
const external = ['lmdb', 'snappy', '@node-rs/bcrypt'];

/** Our own files: with their source maps, and what they load by `createRequire(import.meta.url)(...)` comes as late, from inside. */
const compiledFiles = {
  name: 'compiled-files',
  load(id) {
    if (!id.startsWith(dist)) return null;
    const code = readFileSync(id, 'utf8').replace(/createRequire\(import\.meta\.url\)\('([^']+)'\)/g, (call, name) =>
      external.includes(name) ? call : `require('${name}')`,
    );
    return { code, map: readFileSync(`${id}.map`, 'utf8') };
  },
};

/**
 * What `src/client` uses of undici, without its `fetch`, WebSocket, caches and mocks, which cost 40 ms of every run of a command. A name that is
 * missing here, or a file that a new version has moved, fails the build.
 */
const undiciInPart = {
  name: 'undici-in-part',
  enforce: 'pre',
  resolveId: (id) => (id === 'undici' ? '\0undici' : null),
  load(id) {
    if (id !== '\0undici') return null;
    return `
      import Agent from 'undici/lib/dispatcher/agent.js';
      import sendRequest from 'undici/lib/api/api-request.js';
      export { Agent };
      export const request = ({ origin, pathname, search }, { dispatcher, ...options }) =>
        sendRequest.call(dispatcher, { ...options, origin, path: pathname + search });`;
  },
};

await build({
  configFile: false,
  root,
  logLevel: 'warn',
  plugins: [compiledFiles, undiciInPart],
  ssr: { noExternal: true, external, target: 'node' },
  build: {
    ssr: true,
    outDir: dist,
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    sourcemap: true,
    // The licenses of all packages whose code is in the bundles.
    license: { fileName: 'program/licenses.md' },
    rolldownOptions: {
      input: Object.fromEntries(entries.map((name) => [name, path.join(dist, `${name}.js`)])),
      // As deep as the files of the rooms are: what looks for package.json looks two levels up.
      output: { format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'program/[name].js' },
    },
  },
});
