import { rehearsedGroupsMin } from '../limits.ts';
import type { GroupCatalog } from './group-catalog.ts';
import type { RehearsalSource } from './rehearse-queries.ts';

/**
 * Has the query API loaded, and its code compiled, before somebody asks: what a query does is quick when it was done before, but with very many groups the
 * first of them would take twice the time that is promised. Begins once, when there are so many groups that this matters; a small store stays small.
 */
export class Rehearsal {
  readonly #catalog: GroupCatalog;
  readonly #rehearse: () => Promise<void>;
  #isDue = true;
  /** Settles when what has begun is over. Never rejects. */
  #over: Promise<void> = Promise.resolve();

  constructor(source: RehearsalSource, rehearse: (source: RehearsalSource) => Promise<void> = loadAndRehearse) {
    this.#catalog = source.catalog;
    this.#rehearse = () => rehearse(source);
  }

  get over(): Promise<void> {
    return this.#over;
  }

  /** To be told when the list may have grown. Hot path: once per push. */
  noteSize(): void {
    if (!this.#isDue || this.#catalog.size < rehearsedGroupsMin) return;
    this.#isDue = false;
    // What fails here fails again for the first who asks, who is told.
    this.#over = this.#rehearse().catch(() => {});
  }
}

async function loadAndRehearse(source: RehearsalSource): Promise<void> {
  const { rehearseQueries } = await import('./rehearse-queries.ts');
  await rehearseQueries(source);
}
