import { formatRfc3339Nano } from '../../exposition/metrics-json.ts';
import type { HttpRequest } from '../../http/types.ts';
import { scrapersMax } from '../limits.ts';
import type { ScrapeRecord } from '../types.ts';

interface Scrape {
  readonly atMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly isComplete: boolean;
  readonly remoteAddress: string;
  readonly userAgent: string | null;
  readonly count: number;
}

/** The last scrape of each scraper, told apart by host and user agent. In memory, and of the latest scrapers only. */
export class ScrapeLog {
  /** The one who scraped longest ago first. */
  readonly #scrapers = new Map<string, Scrape>();
  #runningCount = 0;

  /** Whether somebody is being answered at the moment. */
  get isRunning(): boolean {
    return this.#runningCount > 0;
  }

  /** Passes a scrape's body through and remembers it when it has ended or was broken off. */
  async *watch(request: HttpRequest, atMs: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const startMs = performance.now();
    let bytes = 0;
    let isComplete = false;
    this.#runningCount++;
    try {
      for await (const chunk of body) {
        bytes += chunk.length;
        yield chunk;
      }
      isComplete = true;
    } finally {
      this.#runningCount--;
      this.#remember(request, { atMs, durationMs: performance.now() - startMs, bytes, isComplete });
    }
  }

  /** Newest first. */
  list(): ScrapeRecord[] {
    return [...this.#scrapers.values()].reverse().map(({ atMs, durationMs, bytes, isComplete, remoteAddress, userAgent, count }) => ({
      time: formatRfc3339Nano(atMs),
      duration_seconds: durationMs / 1000,
      bytes,
      is_complete: isComplete,
      remote_address: remoteAddress,
      user_agent: userAgent,
      count,
    }));
  }

  #remember({ remoteAddress, headers }: HttpRequest, scrape: Pick<Scrape, 'atMs' | 'durationMs' | 'bytes' | 'isComplete'>): void {
    const userAgent = headers['user-agent']?.slice(0, userAgentLengthMax) ?? null;
    const scraper = JSON.stringify([remoteAddress.replace(/:\d+$/, ''), userAgent]);
    const count = (this.#scrapers.get(scraper)?.count ?? 0) + 1;
    // Deleted and set again, so that the map stays in the order of the scrapes.
    this.#scrapers.delete(scraper);
    this.#scrapers.set(scraper, { ...scrape, remoteAddress, userAgent, count });
    if (this.#scrapers.size <= scrapersMax) return;
    for (const oldest of this.#scrapers.keys()) {
      this.#scrapers.delete(oldest);
      break;
    }
  }
}

const userAgentLengthMax = 200;
