import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getAsset, isSea } from 'node:sea';

/** Files that belong together. Names are relative, with slashes. */
export interface FileSource {
  /** All names, those in folders of it too; none if it is not there. */
  list(): readonly string[];
  /** Throws if there is no such file. */
  read(name: string): Buffer;
}

/** The asset of a single-file executable that lists all others, as a JSON array. */
export const assetListName = 'assets.json';

/** The root of the package, two levels above this file both in `src/` and in `dist/`. */
const packageRoot: string = path.join(import.meta.dirname, '..', '..');

/** What came with the program: a folder of its package, or the assets of a single-file executable with the same names. */
export function programFiles(folder: string): FileSource {
  return isSea() ? embeddedFiles(folder) : filesBelow(path.join(packageRoot, folder));
}

export function filesBelow(folder: string): FileSource {
  return {
    list() {
      if (!existsSync(folder)) return [];
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return entries.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
    },
    read: (name) => readFileSync(path.join(folder, name)),
  };
}

function embeddedFiles(folder: string): FileSource {
  const prefix = folder === '' ? '' : `${folder}/`;
  return {
    list() {
      const names = JSON.parse(getAsset(assetListName, 'utf8')) as readonly string[];
      return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    },
    read: (name) => Buffer.from(getAsset(prefix + name)),
  };
}
