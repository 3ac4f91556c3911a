import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What some tests need of Debian. The list is shared with `scripts/install-debian.mjs`, which installs what is missing. */
export interface DebianPart {
  readonly package: string;
  readonly file: string;
  readonly for: string;
}

const listFile = path.join(import.meta.dirname, 'debian-packages.json');
const parts = JSON.parse(readFileSync(listFile, 'utf8')) as readonly DebianPart[];

/**
 * Whether all these commands or packages are here. Guards tests: `describe.runIf(needs('prometheus'))('...', ...)`.
 * What is missing is said at once and again at the end of the run; in CI a missing part is an error, never a skip.
 */
export function needs(...names: readonly string[]): boolean {
  const missing = names.filter((name) => !existsSync(partOf(name).file));
  if (missing.length === 0) return true;
  const reason = `${missing.join(', ')} not installed (npm run install-debian)`;
  if (process.env.CI === 'true') throw new Error(`cannot run these tests: ${reason}; in CI nothing is skipped`);
  console.warn(`SKIPPED: ${reason}`);
  return false;
}

/** The absolute path of a command that came with Debian. Whether it is there is what `needs` answers. */
export function commandOf(name: string): string {
  return partOf(name).file;
}

/** The parts that are not installed here. */
export function missingParts(): readonly DebianPart[] {
  return parts.filter((part) => !existsSync(part.file));
}

function partOf(name: string): DebianPart {
  const found = parts.find((part) => path.basename(part.file) === name) ?? parts.find((part) => part.package === name);
  if (found === undefined) throw new Error(`${name} is not listed in test/support/debian-packages.json`);
  return found;
}
