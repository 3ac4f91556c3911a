import type { FamilyTable } from '../../model/family-table.ts';
import { createFormLines, type FormLines } from '../../wasm/form-lines.ts';
import { LinearMemory } from '../../wasm/linear-memory.ts';
import { idlePageBytesMax, writeChunkBytes } from '../limits.ts';
import { GroupImage } from './group-image.ts';

/**
 * Where the text of a scrape is put together, as much as is worth one write. It lies in WebAssembly memory, and so does what it is made from.
 * What `take` hands out stays as it is until something is appended again.
 */
export class TextPage {
  readonly memory: LinearMemory = new LinearMemory();
  readonly lines: FormLines = createFormLines(this.memory);
  readonly start: number = this.memory.allocate(writeChunkBytes);
  readonly limit: number = this.start + writeChunkBytes;
  readonly #images = new Map<readonly (FamilyTable | null)[], GroupImage>();
  end: number = this.start;
  /** A text that is longer than a page. */
  #long: Uint8Array | null = null;

  get isEmpty(): boolean {
    return this.end === this.start && this.#long === null;
  }

  /** Whether there is room for so many bytes more. An empty page has room for anything. */
  hasRoom(bytes: number): boolean {
    return this.isEmpty || (this.#long === null && this.end + bytes <= this.limit);
  }

  /** Appends bytes, or a latin1 string of them. There must be room. */
  append(text: string | Uint8Array): void {
    if (text.length > this.limit - this.start) this.#long = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    else if (typeof text === 'string') this.end += this.memory.bytes.write(text, this.end, 'latin1');
    else {
      this.memory.bytes.set(text, this.end);
      this.end += text.length;
    }
  }

  /** Hands out what was gathered. */
  take(): Uint8Array {
    const taken = this.#long ?? this.memory.bytes.subarray(this.start, this.end);
    this.#long = null;
    this.end = this.start;
    return taken;
  }

  /** The groups that hold these families, by slot. */
  imageOf(tables: readonly (FamilyTable | null)[]): GroupImage {
    let image = this.#images.get(tables);
    if (image === undefined) this.#images.set(tables, (image = new GroupImage(this, tables)));
    return image;
  }

  /** Forgets everything. */
  clear(): void {
    this.#images.clear();
    this.take();
    this.memory.release(this.limit);
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
  page.clear();
  if (page.memory.bytes.length <= idlePageBytesMax) idle = page;
}
