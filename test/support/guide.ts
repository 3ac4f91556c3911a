import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** A block of code of a document. */
export interface CodeBlock {
  /** The heading of `##` that it stands under. */
  readonly section: string;
  readonly text: string;
}

/** The blocks marked `sh` of a Markdown file of the repository, in their order, to be run as they are printed. */
export function readShellBlocks(file: string): CodeBlock[] {
  return readBlocks(file, 'sh');
}

/** The blocks marked with the language, in their order. */
export function readBlocks(file: string, language: string): CodeBlock[] {
  const blocks = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  const sections = readFileSync(path.join(root, file), 'utf8').split(/^## /m);
  return sections.flatMap((section, i) => {
    const heading = i === 0 ? '' : section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(blocks)].map(([, text = '']) => ({ section: heading, text }));
  });
}
