import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Files by path from the root of the repository, with `/`. House checks take one, so that each can be tried on a bad sample. */
export type Tree = ReadonlyMap<string, string>;

const root = path.join(import.meta.dirname, '..', '..');
/** Vendored unchanged: it follows the rules of its own house. */
const vendored = 'test/conformance/';

/** Every file that git tracks or would track, without what is vendored, and without binary files. */
export function readRepository(): Tree {
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
  const files = listing.split('\0').filter((file) => file !== '' && !file.startsWith(vendored) && existsSync(path.join(root, file)));
  return new Map(
    files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')] as const).filter(([, text]) => !text.includes('\0')),
  );
}

/** The files below a folder that end in one of the suffixes. */
export function select(tree: Tree, folder: string, ...suffixes: readonly string[]): Tree {
  return new Map([...tree].filter(([file]) => file.startsWith(folder) && suffixes.some((suffix) => file.endsWith(suffix))));
}
