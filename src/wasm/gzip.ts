import { crc32 } from 'node:zlib';
import type { ByteChunks } from '../base/bytes.ts';
import { code } from './compiled/deflate.ts';
import { instantiate } from './instantiate.ts';
import { gzipInputBytesMax } from './limits.ts';
import { LinearMemory } from './linear-memory.ts';

/** What assembly/deflate.ts offers. `room` is where all of its areas lie. */
interface Deflate {
  roomBytes(): number;
  inputOf(room: number): number;
  outputOf(room: number): number;
  /** Bytes that the input takes. */
  pieceBytes(): number;
  /** Bytes of output from which on it has to be handed out before the next piece comes. */
  gatheredBytes(): number;
  start(room: number): void;
  compress(room: number, size: number): void;
  finish(crc: number, size: number): void;
  /** Behind what was written. */
  end(): number;
  /** Writes to the beginning of the output again. */
  rewind(room: number): void;
}

export function createDeflate(memory: Pick<LinearMemory, 'memory'>): Deflate {
  return instantiate(code, memory) as Deflate;
}

/**
 * Writes a gzip stream (RFC 1952). Ours, because zlib's level 1 takes four times as long for the text of a scrape, and the result is larger
 * (bench/rooms/gzip.mjs); it alone would take longer than all the rest of the scrape. What is handed out is good until the next call.
 */
export class GzipWriter {
  readonly #memory: LinearMemory = new LinearMemory();
  readonly #deflate: Deflate = createDeflate(this.#memory);
  readonly #room: number;
  readonly #input: number;
  readonly #output: number;
  readonly #pieceBytes: number;
  readonly #gatheredBytes: number;
  #crc = 0;
  /** Modulo 2^32, as the trailer has it. */
  #size = 0;
  #sizeHandedOut = 0;

  constructor() {
    this.#room = this.#memory.allocate(this.#deflate.roomBytes());
    this.#input = this.#deflate.inputOf(this.#room);
    this.#output = this.#deflate.outputOf(this.#room);
    this.#pieceBytes = this.#deflate.pieceBytes();
    this.#gatheredBytes = this.#deflate.gatheredBytes();
    this.start();
  }

  /** Begins a new stream, whatever became of the one before. */
  start(): void {
    this.#deflate.start(this.#room);
    this.#crc = 0;
    this.#size = 0;
    this.#sizeHandedOut = 0;
  }

  /** Compresses a chunk, which must stay as it is until the last output is taken. There may be none: little of it is gathered. */
  *compress(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < chunk.length; at += this.#pieceBytes) {
      const piece = chunk.subarray(at, at + this.#pieceBytes);
      this.#crc = crc32(piece, this.#crc);
      this.#size = (this.#size + piece.length) >>> 0;
      this.#memory.bytes.set(piece, this.#input);
      this.#deflate.compress(this.#room, piece.length);
      if (this.#isWorthAWrite()) yield this.#take();
    }
  }

  /** The rest of the stream. */
  finish(): Uint8Array {
    this.#deflate.finish(this.#crc, this.#size);
    return this.#take();
  }

  #isWorthAWrite(): boolean {
    return this.#deflate.end() - this.#output >= this.#gatheredBytes || (this.#size - this.#sizeHandedOut) >>> 0 >= gzipInputBytesMax;
  }

  #take(): Uint8Array {
    const taken = this.#memory.bytes.subarray(this.#output, this.#deflate.end());
    this.#deflate.rewind(this.#room);
    this.#sizeHandedOut = this.#size;
    return taken;
  }
}

/** One that nobody writes to at the moment. */
let idle: GzipWriter | null = null;

/** Compresses a stream whose chunks are good until the next one is asked for; so are the chunks of what comes out. */
export async function* gzip(chunks: ByteChunks): AsyncGenerator<Uint8Array> {
  const writer = idle ?? new GzipWriter();
  idle = null;
  try {
    writer.start();
    for await (const chunk of chunks) yield* writer.compress(chunk);
    yield writer.finish();
  } finally {
    idle = writer;
  }
}
