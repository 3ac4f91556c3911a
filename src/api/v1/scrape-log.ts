import { formatRfc3339Nano } from '../../exposition/metrics-json.ts';
import type { HttpRequest, StreamObserver } from '../../http/types.ts';
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
  #lastEndMs = -Infinity;

  /** Milliseconds since the last scrape ended; 0 while one runs. */
  get restedMs(): number {
    return this.#runningCount > 0 ? 0 : performance.now() - this.#lastEndMs;
  }

  /** Remembers a scrape when its body was sent or broken off. */
  observe(request: HttpRequest, atMs: number): StreamObserver {
    let startMs = 0;
    return {
      onStart: () => {
        startMs = performance.now();
        this.#runningCount++;
      },
      onEnd: (bytes, isComplete) => {
        this.#runningCount--;
        this.#lastEndMs = performance.now();
        this.#remember(request, { atMs, durationMs: this.#lastEndMs - startMs, bytes, isComplete });
      },
    };
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
