// All JavaScript of the program in one CommonJS file, which is what Node takes for a single executable.
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { build } from 'vite';
import { optional } from './addons.mjs';

const root = path.join(import.meta.dirname, '..', '..');
const program = path.join(root, 'dist');

/** Writes the bundle into the folder and returns its path. */
export async function bundleProgram(folder, addons) {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [loadAtRunTime(), embedAddons(addons)],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: path.join(program, 'cli', 'single-executable.js'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        output: { format: 'cjs', codeSplitting: false, entryFileNames: 'pushgate.cjs' },
        // ordered-binary makes a function of a string once, of its own text.
        onwarn: (warning, warn) => (warning.code === 'EVAL' ? undefined : warn(warning)),
      },
    },
  });
  const file = path.join(folder, 'pushgate.cjs');
  checkBundle(readFileSync(file, 'utf8'));
  return file;
}

/** What the program loads by `createRequire(import.meta.url)(...)`, the bundle loads by `require(...)`: as late, from inside. */
function loadAtRunTime() {
  return {
    name: 'load-at-run-time',
    transform: (code, id) => (id.startsWith(program) ? code.replaceAll('createRequire(import.meta.url)(', 'require(') : null),
  };
}

/** Instead of looking for an add-on in node_modules, it is taken from the executable. */
function embedAddons(addons) {
  const embedded = JSON.stringify(path.join(program, 'cli', 'embedded-addon.js'));
  return {
    name: 'embed-addons',
    load(id) {
      if (optional.test(id)) return { code: `throw new Error('left out');`, moduleType: 'js' };
      const addon = addons.find(({ module }) => module.test(id));
      if (addon === undefined) return null;
      const load = `require(${embedded}).loadEmbeddedAddon(${JSON.stringify(addon.asset)})`;
      return { code: `module.exports = ${addon.exports(load)};`, moduleType: 'js' };
    },
  };
}

/** In the executable there is no file to be relative to, and nothing outside of it to load. */
function checkBundle(code) {
  const left = [...code.matchAll(/import\.meta\.\w+/g)].map(([text]) => text);
  if (left.length > 0) throw new Error(`cannot build the single executable: the bundle still asks for ${[...new Set(left)].join(', ')}`);
}
