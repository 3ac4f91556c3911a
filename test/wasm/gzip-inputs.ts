import { createFractions } from '../fuzz/random.ts';

/** Inputs of every kind that a compressor meets, and of those that are hard on it; the same for the same seed. */
export function makeInput(seed: number, bytes: number): Buffer {
  const random = createFractions(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const kinds = [
    () => Buffer.from(Array.from({ length: bytes }, () => below(256))),
    () => Buffer.alloc(bytes, below(256)),
    () => Buffer.from(Array.from({ length: bytes }, () => 65 + below(1 + below(8)))),
    () => repeat(Buffer.from(Array.from({ length: 1 + below(600) }, () => below(256))), bytes),
    () => Buffer.from(makeLines(below, bytes), 'latin1'),
    () => makePatchwork(below, bytes),
    () => makeSkewed(random, bytes),
  ] as const;
  return (kinds[below(kinds.length)] as () => Buffer)();
}

/** Random bytes that come again after `distance` bytes exactly. */
export function repeatAfter(distance: number, seed: number): Buffer {
  const random = createFractions(seed);
  const noise = Buffer.from(Array.from({ length: distance }, () => Math.floor(random() * 256)));
  return Buffer.concat([noise, noise.subarray(0, Math.min(distance, 1000))]);
}

function repeat(part: Buffer, bytes: number): Buffer {
  return Buffer.alloc(bytes, part.length === 0 ? 'x' : part);
}

function makeLines(below: (limit: number) => number, bytes: number): string {
  let text = '';
  while (text.length < bytes) {
    const name = `jobs_${['rows', 'seconds', 'bytes'][below(3)] ?? ''}_total`;
    const value = below(2) === 0 ? String(below(1e6)) : String(below(1e9) / 1e9);
    text += `${name}{instance="worker-${below(500)}.example.org",job="batch_${below(9)}"} ${value}${below(20) === 0 ? '\r\n\n' : '\n'}`;
  }
  return text.slice(0, bytes);
}

/** Parts of what came before, from near and far, between bytes that did not. */
function makePatchwork(below: (limit: number) => number, bytes: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at < bytes;) {
    const length = Math.min(bytes - at, 1 + below(below(10) === 0 ? 1000 : 20));
    const distance = 1 + below(Math.max(1, Math.min(at, 1 << below(18))));
    const isNew = at === 0 || below(3) === 0;
    for (let i = 0; i < length; i++) made[at + i] = isNew ? below(256) : (made[at + i - distance] ?? 0);
    at += length;
  }
  return made;
}

/** Some bytes are a thousand times as frequent as others, so that the codes get as long as they may. */
function makeSkewed(random: () => number, bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, () => Math.min(255, Math.floor(-Math.log2(1 - random()) * 1.5))));
}
