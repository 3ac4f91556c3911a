// Pages of which a run writes a part, between two comments that name it.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. Throws if the page has no such part. */
export async function writeGeneratedPart(file, name, text) {
  const page = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`cannot write the part ${name} of ${file}: it has no ${begin} ... ${end}`);
  const written = `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
  writeFileSync(file, await format(written, { ...(await resolveConfig(file)), parser: 'markdown' }));
}
