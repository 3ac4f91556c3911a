import { listenerBytesMax } from '../limits.ts';

/** One client's stream of events. What it does not take in time is kept up to a bound; beyond it the stream ends, and the client comes back. */
export class Listener implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #onEnd: () => void;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #take: ((result: IteratorResult<Uint8Array, undefined>) => void) | null = null;
  #isEnded = false;

  /** `onEnd` is called once, when the peer is gone or the stream is closed. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  send(text: string): void {
    if (this.#isEnded) return;
    const bytes = Buffer.from(text);
    if (this.#take !== null) {
      this.#take({ done: false, value: bytes });
      this.#take = null;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > listenerBytesMax) this.close();
  }

  /** Ends the stream; what waits is thrown away. */
  close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiting = [];
    this.#take?.({ done: true, value: undefined });
    this.#take = null;
    this.#onEnd();
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const bytes = this.#waiting.shift();
    if (bytes !== undefined) {
      this.#waitingBytes -= bytes.length;
      return Promise.resolve({ done: false, value: bytes });
    }
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => (this.#take = resolve));
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
