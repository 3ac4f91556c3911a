import { setTimeout as sleep } from 'node:timers/promises';
import type { Insight } from '../insight.ts';
import { rehearsalFamiliesMax, rehearsalPauseMs, rehearsalRestMs, rehearsalRounds, rehearsalSliceMs } from '../limits.ts';
import { encodeCursor } from './cursor.ts';

export type RehearsalSource = Pick<Insight, 'catalog' | 'history' | 'scrapes'>;

/** Together they call what a look at the list can call. The simple ones come first, since each compiles what is new in it. */
const queries: readonly string[] = [
  '',
  'sort=-last_push',
  'sort=families',
  'state=ok',
  `cursor=${encodeCursor('job', { key: 'a', id: '' })}`,
  'search=e',
  'search=job%3Dn',
  select('{job!="",instance!="a"}'),
  select('{__name__="up"}'),
  `${select('{job="nightly"}')}&${select('up')}`,
  select('{job=~".*a.*|nightly-.*"}'),
  select('{__name__=~"[a-z_]+_total"}'),
  select('{job=~"[a-z]+-?[0-9]*3.*",instance!~"(?i)(host|box)-.*9[.]eu.*"}'),
];

/**
 * Asks some of the groups again and again, until the engine has compiled what all of them will need: a tenth of a second of work. Most questions take about a
 * millisecond; after one or two, pushes have a while for themselves. It waits until nobody has scraped for a while: each scrape would last a fifth longer.
 */
export async function rehearseQueries({ catalog, history, scrapes }: RehearsalSource): Promise<void> {
  /** Keeps no process alive. */
  const pause = async (): Promise<void> => {
    do await sleep(rehearsalPauseMs, undefined, { ref: false });
    while (scrapes.restedMs < rehearsalRestMs);
  };
  // One after the other: to read these packages takes some milliseconds each.
  await import('./regexp.ts');
  await pause();
  await import('./parse-selector.ts');
  await pause();
  await import('./page-handlers.ts');
  const { listGroups } = await import('./handle-groups.ts');
  for (const groupCount of rehearsalRounds) {
    await pause();
    const sample = { catalog: catalog.sample(groupCount, rehearsalFamiliesMax), history };
    let sliceEndMs = performance.now() + rehearsalSliceMs;
    for (const query of queries) {
      listGroups(sample, query);
      if (performance.now() < sliceEndMs) continue;
      await pause();
      sliceEndMs = performance.now() + rehearsalSliceMs;
    }
  }
}

function select(selector: string): string {
  return `match[]=${encodeURIComponent(selector)}`;
}
