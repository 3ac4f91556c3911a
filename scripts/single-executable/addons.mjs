// The native add-ons of the dependencies, and the modules that would look for them in node_modules.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** By package: the module that finds and loads the add-on, and what stands in its place. */
const loaders = {
  lmdb: { module: /\/node-gyp-build-optional-packages\/index\.js$/, exports: (load) => `() => ${load}` },
  snappy: { module: /\/snappy\/index\.js$/, exports: (load) => load },
  '@node-rs/bcrypt': { module: /\/@node-rs\/bcrypt\/binding\.js$/, exports: (load) => load },
};

/** Each add-on with the file that its package would load on this machine. */
export function findAddons() {
  return Object.entries(loaders).map(([name, loader]) => ({ ...loader, name, asset: `addons/${path(name)}.node`, file: findFile(name) }));
}

function path(name) {
  return name.replace(/^@/, '').replaceAll('/', '-');
}

/** Loads the package as the server would, and looks which file came in. */
function findFile(name) {
  const before = new Set(Object.keys(require.cache));
  require(name);
  const files = Object.keys(require.cache).filter((file) => file.endsWith('.node') && !before.has(file) && !optional.test(file));
  if (files.length !== 1) throw new Error(`cannot build the single executable: ${name} loads ${files.length} native add-ons, not one`);
  return files[0];
}

/** msgpackr does without its add-on, and we do not use msgpackr: lmdb loads it for encodings that we do not ask for. */
export const optional = /msgpackr-extract/;
