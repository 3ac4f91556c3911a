import { LinearMemory } from '../../wasm/linear-memory.ts';
import { textPageBytes } from '../limits.ts';

/**
 * Where the text of a scrape is put together, as much as is worth one write. It lies in WebAssembly memory, beside what it is made from. What it
 * yields or hands out stays as it is until something is added again.
 */
export class TextPage {
  readonly memory: LinearMemory = new LinearMemory();
  readonly start: number = this.memory.allocate(textPageBytes);
  readonly limit: number = this.start + textPageBytes;
  end: number = this.start;

  get isEmpty(): boolean {
    return this.end === this.start;
  }

  /** Appends bytes, or a latin1 string of them; yields what was there before if there is no room. */
  *add(text: string | Uint8Array): Generator<Uint8Array> {
    if (this.put(text)) return;
    if (!this.isEmpty) yield this.take();
    if (!this.put(text)) yield typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  }

  /** Appends them if there is room. */
  put(text: string | Uint8Array): boolean {
    const end = this.end + text.length;
    if (end > this.limit) return false;
    if (typeof text === 'string') this.memory.bytes.write(text, this.end, 'latin1');
    else this.memory.bytes.set(text, this.end);
    this.end = end;
    return true;
  }

  /** Hands out what was gathered. */
  take(): Uint8Array {
    const taken = this.memory.bytes.subarray(this.start, this.end);
    this.end = this.start;
    return taken;
  }
}
