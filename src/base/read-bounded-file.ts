import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 64 * 1024;

/** All of a file. Its size is not asked for but counted, since pipes and devices have none and `/dev/zero` no end. Throws for more than `bytesMax` bytes. */
export function readBoundedFile(file: string, bytesMax: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; ;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const bytesRead = readSync(descriptor, chunk);
      if (bytesRead === 0) return Buffer.concat(chunks);
      length += bytesRead;
      if (length > bytesMax) throw new Error(`it is longer than ${bytesMax} bytes`);
      chunks.push(chunk.subarray(0, bytesRead));
    }
  } finally {
    closeSync(descriptor);
  }
}
