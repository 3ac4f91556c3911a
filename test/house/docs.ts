import path from 'node:path';
import type { Tree } from './tree.ts';

/** Relative links and images in Markdown files that lead nowhere, each as a sentence. */
export function findDeadLinks(tree: Tree): string[] {
  const folders = new Set([...tree.keys()].flatMap(listFolders));
  return [...tree]
    .filter(([file]) => file.endsWith('.md'))
    .flatMap(([file, text]) => {
      const targets = [...withoutCode(text).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
      return targets
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !resolves(tree, folders, file, target))
        .map((target) => `${file}: the link to ${target} leads nowhere`);
    });
}

/** Code blocks and code spans may hold anything that looks like a link. */
function withoutCode(text: string): string {
  return withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '');
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '');
}

function listFolders(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function resolves(tree: Tree, folders: ReadonlySet<string>, file: string, target: string): boolean {
  const [relative = '', anchor] = target.split('#');
  const found = relative === '' ? file : path.posix.join(path.posix.dirname(file), decodeURIComponent(relative)).replace(/\/$/, '');
  if (anchor === undefined) return tree.has(found) || folders.has(found) || found === '.';
  return listAnchors(tree.get(found) ?? '').includes(anchor);
}

/** The anchors that GitHub gives to headings. */
function listAnchors(text: string): string[] {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
  return headings.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const changeTags = ['CHANGE', 'FEATURE', 'ENHANCEMENT', 'PERF', 'BUGFIX', 'SECURITY'];

/** What is wrong with the changelog: it opens with `## Unreleased`, and every change is one `- [TAG] ...`, in the order of the tags. */
export function checkChangelog(text: string): string[] {
  const sections = text.split(/^## /m).slice(1);
  const found: string[] = [];
  if (!sections[0]?.startsWith('Unreleased\n')) found.push('the first section is not "## Unreleased"');
  for (const section of sections) {
    const [title = '', ...lines] = section.split('\n');
    if (!/^(Unreleased|\d+\.\d+\.\d+ \/ \d{4}-\d{2}-\d{2})$/.test(title)) found.push(`"## ${title}" is not a version with its date`);
    // A continued line is indented.
    const entries = lines.filter((line) => line !== '' && !line.startsWith('  '));
    const ranks = entries.map((line) => changeTags.indexOf(/^- \[([A-Z]+)\] \S/.exec(line)?.[1] ?? ''));
    entries.forEach((line, i) => {
      if (ranks[i] === -1) found.push(`"${line}" has no allowed tag`);
    });
    const tagged = ranks.filter((rank) => rank >= 0);
    if (tagged.some((rank, i) => rank < (tagged[i - 1] ?? 0))) found.push(`the changes of "${title}" are not in the order of their tags`);
  }
  return found;
}

/** The ids (`area/case`) in the first column of the tables of a page. */
export function listDifferenceIds(page: string): string[] {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z-]+\/[a-z0-9-]+)`/g)].map(([, id = '']) => id));
}

/** The blocks of code of a page with their languages, in their order. Comments behind commands may be in the language of the page. */
export function listCodeBlocks(page: string): string[] {
  return [...page.matchAll(/^```[\s\S]*?^```$/gm)].map(([block]) => block.replaceAll(/ +# .*$/gm, ''));
}

/** The rows of the table under the heading of flags, each as its cells. */
export function listFlagRows(readme: string, heading = 'Flags'): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split(/^## /m)[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `--'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
