import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { commandFileUnusable } from './errors.ts';

/** All of a file, or of stdin for `-`. Rejects with PG_COMMAND_FILE, also for more than `bytesMax`. */
export async function readDocument(file: string, stdin: Readable, bytesMax: number): Promise<Buffer> {
  const source = file === '-' ? 'stdin' : file;
  try {
    const input = file === '-' ? stdin : (await open(file)).createReadStream();
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of input as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bytesMax) throw new Error(`it is longer than ${bytesMax} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    throw commandFileUnusable(`cannot read ${source}: ${(cause as Error).message}`, { cause });
  }
}
