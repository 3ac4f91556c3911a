import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { type ExposedSample, readExposition, readSample, seriesOf } from '../fuzz/exposition.ts';
import { needs } from '../support/debian.ts';
import { readBlocks, readShellBlocks } from '../support/guide.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { eventually } from './target.ts';
import { Walk } from './walk.ts';

const pages = ['README.md', 'README.zh-CN.md', 'docs/zh-CN/guide.md'];

/** What a block with this command leaves on the page that Prometheus scrapes. Every page has each of them. */
const leaves: readonly (readonly [command: string, page: RegExp])[] = [
  ['pushgate push --job backup --metric backup_files=42', /^backup_files\{instance="",job="backup"\} 42$/m],
  ['pushgate exec --job archive', /^job_success\{instance="",job="archive"\} 1$/m],
  ['pushgate agent --config', /^pushgate_agent_build_info\{/m],
];

/** What a block with this command says. */
const says: readonly (readonly [command: string, stdout: RegExp])[] = [
  ['pushgate --version', /^pushgate\S* .*\d+\.\d+\.\d+/],
  ["pushgate list '{job=~", /backup/],
  ['promtool query instant', /backup_files_total\{.*job="backup".*\} => 42 /],
  ['pushgate check', /\bsound\b/],
];

const root = path.join(import.meta.dirname, '..', '..');
const folder = useTemporaryFolder();
let walk: Walk | null = null;
afterEach(async () => {
  await walk?.end();
  walk = null;
});

describe.runIf(needs('curl', 'prometheus', 'promtool'))('a reader who types in what a page prints', () => {
  test.each(pages)('gets from nothing to series in Prometheus, and on to the end of %s', { timeout: 180_000 }, async (page) => {
    const blocks = readShellBlocks(page).map(({ text }) => text);
    for (const [command] of [...leaves, ...says]) expect(blocks.join('\n'), command).toContain(command);
    const reader = (walk = await Walk.begin(folder()));
    for (const block of blocks) {
      const stdout = await reader.type(block);
      if (isPush(block)) await expectPushed(reader, block, stdout);
      for (const [command, wanted] of leaves) if (block.includes(command)) expect(await reader.scrape()).toMatch(wanted);
      for (const [command, wanted] of says) if (block.includes(command)) expect(stdout).toMatch(wanted);
    }
    expect(blocks.filter(isPush).map((text) => /-X (\w+)/.exec(text)?.[1] ?? 'POST')).toEqual(
      expect.arrayContaining(['POST', 'PUT', 'DELETE']),
    );
    for (const command of reader.recorded()) expectToWork(command);
  });

  test.each(pages)('copies configurations from %s that are taken', { timeout: 60_000 }, async (page) => {
    const reader = (walk = await Walk.begin(folder()));
    const blocks = readBlocks(page, 'yaml').map(({ text }) => text);
    for (const [i, block] of blocks.entries()) {
      const [check, text] = checkOf(block, `/tmp/${String(i)}.yml`);
      writeFileSync(path.join(folder(), 'tmp', `${String(i)}.yml`), text);
      if (check !== null) await reader.type(check);
    }
    const scrapes = blocks.filter((block) => block.includes('scrape_configs:'));
    expect(scrapes.map((block) => /honor_labels: true/.test(block))).toEqual([true]);
  });
});

/** What says whether a configuration is right, and the text as it wants it. */
function checkOf(block: string, file: string): [check: string | null, text: string] {
  if (block.includes('scrape_configs:')) return [`promtool check config ${file}`, block];
  if (block.startsWith('- alert:'))
    return [`promtool check rules ${file}`, `groups:\n- name: page\n  rules:\n${block.replaceAll(/^/gm, '  ')}`];
  if (block.startsWith('collectors:')) return [`pushgate agent --check --config ${file}`, block];
  // The web configuration wants files that are not there; its own tests are in test/http.
  expect(Object.keys(parse(block) as object)).toEqual(['tls_server_config', 'basic_auth_users']);
  return [null, block];
}

function isPush(block: string): boolean {
  return block.includes('curl') && block.includes(':9091/metrics/job/');
}

/** The samples are there as they were printed, under the labels of the path; or, if there are none, the group is gone. */
async function expectPushed(reader: Walk, block: string, stdout: string): Promise<void> {
  expect(stdout).toBe('');
  const [job = '', ...others] = (/:9091\/metrics\/job\/(\S+)/.exec(block)?.[1] ?? '').split('/');
  const grouping = [['job', job], ...pairsOf(others)] as const;
  const pushTime = seriesOf({ name: 'push_time_seconds', labels: [...new Map([['instance', ''], ...grouping])] });
  const wanted = samplesIn(block);
  if (wanted.length === 0) {
    await eventually(2000, async () => ((await exposed(reader)).has(pushTime) ? undefined : true));
    return;
  }
  const page = await exposed(reader);
  for (const { name, labels, value } of wanted) {
    const series = seriesOf({ name, labels: [...new Map([['instance', ''], ...labels, ...grouping])] });
    expect(page.get(series), series).toBe(Number(value));
  }
  expect(page.get(pushTime)).toBeGreaterThan(Date.now() / 1000 - 60);
}

async function exposed(reader: Walk): Promise<Map<string, number>> {
  const samples = [...readExposition(await reader.scrape()).values()].flatMap((family) => family.samples);
  return new Map(samples.map((sample) => [seriesOf(sample), Number(sample.value)]));
}

/** The samples that a block pushes: its lines, or what it echoes. */
function samplesIn(block: string): ExposedSample[] {
  const lines = block.split('\n').map((line) => /^echo '([^']*)'/.exec(line)?.[1] ?? line);
  return lines.map(readSample).filter((sample) => sample !== null);
}

function pairsOf(components: readonly string[]): [string, string][] {
  const pairs = components.flatMap((name, i) => (i % 2 === 0 ? [[name, components[i + 1] ?? ''] as const] : []));
  return pairs.map(([name, value]) => {
    const plain = name.replace(/@base64$/, '');
    return [plain, plain === name ? value : Buffer.from(value, 'base64url').toString()];
  });
}

/** A command that was only written down: its files are there, and what it starts takes its arguments. */
function expectToWork(command: string): void {
  const words = command.split(' ');
  for (const word of words.filter((text) => text.startsWith('deploy/'))) expect(existsSync(path.join(root, word)), command).toBe(true);
  const [, script] = /^npm run (\S+)/.exec(command) ?? [];
  if (script !== undefined) expect(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))).toHaveProperty(['scripts', script]);
  const [, args] = /^docker run .* pushgate( --.*)?$/.exec(command) ?? [];
  if (args !== undefined) expect(parseCommandLine(args.trim().split(' '))).toMatchObject({ kind: 'serve' });
  if (!command.startsWith('helm ')) return;
  const values: unknown = parse(readFileSync(path.join(root, 'deploy/helm/pushgate/values.yaml'), 'utf8'));
  for (const [, key = ''] of command.matchAll(/--set (\S+?)=/g)) expect(values, command).toHaveProperty(key);
}
