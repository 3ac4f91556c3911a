import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** A shell block of a document. */
export interface ShellBlock {
  /** The heading of `##` that it stands under. */
  readonly section: string;
  readonly text: string;
}

/** The blocks marked `sh` of a Markdown file of the repository, in their order, to be run as they are printed. */
export function readShellBlocks(file: string): ShellBlock[] {
  const sections = readFileSync(path.join(root, file), 'utf8').split(/^## /m);
  return sections.flatMap((section, i) => {
    const heading = i === 0 ? '' : section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({ section: heading, text }));
  });
}
