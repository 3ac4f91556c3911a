import { LinearMemory } from '../../wasm/linear-memory.ts';
import { idlePageBytesMax, pageGrowthBytes, writeChunkBytes } from '../limits.ts';
import { FamilyLines } from './family-lines.ts';
import { GroupImage } from './group-image.ts';

/**
 * Where the text of a scrape is put together, as much as is worth one write. It lies in WebAssembly memory, and so does what it is made from.
 * What `take` hands out stays as it is until something is appended again.
 */
export class TextPage {
  readonly memory: LinearMemory = new LinearMemory();
  readonly start: number = this.memory.allocate(writeChunkBytes);
  readonly limit: number = this.start + writeChunkBytes;
  readonly lines: FamilyLines = new FamilyLines(this, new GroupImage(this.memory));
  #firstSize = 0;
  end: number = this.start;

  get isEmpty(): boolean {
    return this.end === this.start;
  }

  /** Appends bytes, or a latin1 string of them; yields what was there before if there is no room. */
  *add(text: string | Uint8Array): Generator<Uint8Array> {
    if (this.end + text.length > this.limit && !this.isEmpty) yield this.take();
    if (text.length > this.limit - this.start) yield typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    else if (typeof text === 'string') this.end += this.memory.bytes.write(text, this.end, 'latin1');
    else {
      this.memory.bytes.set(text, this.end);
      this.end += text.length;
    }
  }

  /** Hands out what was gathered. */
  take(): Uint8Array {
    const taken = this.memory.bytes.subarray(this.start, this.end);
    this.end = this.start;
    return taken;
  }

  /** To be asked after each scrape: whether to keep it for the next one. It may hold much that is of no use any more. */
  get isWorthKeeping(): boolean {
    const { size } = this.memory;
    this.#firstSize ||= size;
    return size <= idlePageBytesMax && size <= 2 * this.#firstSize + pageGrowthBytes;
  }
}

/** One that nobody writes to at the moment. */
let idle: TextPage | null = null;

export function borrowPage(): TextPage {
  const page = idle ?? new TextPage();
  idle = null;
  return page;
}

/** What was taken from it is no longer good. */
export function returnPage(page: TextPage): void {
  page.take();
  idle = page.isWorthKeeping ? page : null;
}
