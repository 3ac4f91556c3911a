import { readFileSync } from 'node:fs';
import path from 'node:path';

const page = readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'docs', 'clients.md'), 'utf8');

/** The code blocks of `docs/clients.md` in one language, without the fences. */
export function readSnippets(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);
}

/** The code blocks that are files of this folder: `<!-- python/example.py -->` stands above them. */
export function readPrintedFiles(): { readonly file: string; readonly text: string }[] {
  return [...page.matchAll(/^<!-- (\S+) -->\n+```\w+\n(.*?)^```$/gms)].map(([, file = '', text = '']) => ({ file, text }));
}
