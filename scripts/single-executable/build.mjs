// Makes one file of Node, the compiled program, the page and the native add-ons: a single executable application of Node
// (docs/single-executable.md). `npm run build` comes first. Arguments: the file to write, `dist-sea/pushgate` if left out.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inject } from 'postject';
import { assetListName, filesBelow } from '../../dist/base/program-files.js';
import { bundleProgram } from './bundle.mjs';
import { findAddons } from './addons.mjs';

const root = path.join(import.meta.dirname, '..', '..');
/** By this mark Node finds out that something was put in (nodejs.org/api/single-executable-applications.html). */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const { positionals } = parseArgs({ allowPositionals: true });
const target = path.resolve(positionals[0] ?? path.join(root, 'dist-sea', 'pushgate'));
const scratch = mkdtempSync(path.join(tmpdir(), 'pushgate-sea-'));
try {
  checkNode();
  const addons = findAddons();
  const main = await bundleProgram(scratch, addons);
  const blob = makeBlob(main, { ...collectFiles(), ...Object.fromEntries(addons.map(({ asset, file }) => [asset, file])) });
  await writeExecutable(blob);
  console.log(`${path.relative(process.cwd(), target)}: Node ${process.versions.node}, ${process.platform}/${process.arch}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function checkNode() {
  if (process.platform !== 'linux') throw new Error(`cannot build the single executable: it is made for Linux, not ${process.platform}`);
  if (!readFileSync(process.execPath).includes(fuse)) {
    throw new Error(`cannot build the single executable: ${process.execPath} was built without support for it; take a Node of nodejs.org`);
  }
}

/** The files that the program reads of its package, by the names it asks for (src/base/program-files.ts). */
function collectFiles() {
  const page = filesBelow(path.join(root, 'dist', 'ui')).list();
  if (page.length === 0) throw new Error('cannot build the single executable: dist/ui is missing, run `npm run build` first');
  const names = ['package.json', ...page.map((name) => `dist/ui/${name}`)];
  return Object.fromEntries(names.map((name) => [name, path.join(root, name)]));
}

function makeBlob(main, assets) {
  const list = path.join(scratch, assetListName);
  writeFileSync(list, JSON.stringify(Object.keys(assets)));
  const output = path.join(scratch, 'pushgate.blob');
  const config = path.join(scratch, 'sea-config.json');
  const settings = { main, output, disableExperimentalSEAWarning: true, useCodeCache: true, assets: { ...assets, [assetListName]: list } };
  writeFileSync(config, JSON.stringify(settings));
  const { status, stderr } = spawnSync(process.execPath, ['--experimental-sea-config', config], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot build the single executable: ${stderr}`);
  return readFileSync(output);
}

/** Beside its name first, so that one that is running can be replaced and a failed build leaves nothing half-done. */
async function writeExecutable(blob) {
  mkdirSync(path.dirname(target), { recursive: true });
  const draft = `${target}.new`;
  copyFileSync(process.execPath, draft);
  chmodSync(draft, 0o755);
  try {
    await inject(draft, 'NODE_SEA_BLOB', blob, { sentinelFuse: fuse });
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}
