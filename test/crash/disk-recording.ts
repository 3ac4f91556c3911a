/**
 * What a process did to the files of interest, read from `strace -f -xx -s MAX -P FILE...`, in the order in which the kernel did it.
 * strace, not a shim of ours in C: it needs no compiler, sees every way to write, and Debian has it.
 */

export type DiskEvent =
  | { readonly kind: 'write'; readonly fd: number; readonly offset: number; readonly data: Buffer; readonly isSynced: boolean }
  | { readonly kind: 'flush'; readonly fd: number }
  | { readonly kind: 'note'; readonly text: string };

/** The strace calls that `parseDiskRecording` understands. */
export const recordedCalls = 'openat,close,write,pwrite64,writev,pwritev,lseek,fdatasync,fsync,msync,ftruncate,rename,fallocate';

interface OpenFile {
  readonly path: string;
  readonly isSynced: boolean;
  position: number;
}

/** Reads a recording. Writes to `notes` become notes; every other file counts as the store, under whichever name it was opened. */
export function parseDiskRecording(text: string, notes: string): DiskEvent[] {
  const open = new Map<number, OpenFile>();
  const events: DiskEvent[] = [];
  for (const { call, args, result } of parseCalls(text)) {
    if (call === 'openat') {
      open.set(Number(result), { path: decodeBytes(args).toString(), isSynced: /O_D?SYNC/.test(args), position: 0 });
      continue;
    }
    const fd = Number(/^\d+/.exec(args)?.[0]);
    const file = open.get(fd);
    if (file === undefined || result.startsWith('-1')) continue;
    if (call === 'close') open.delete(fd);
    else if (call === 'lseek') file.position = Number(result.split(' ')[0]);
    else if (call === 'fdatasync' || call === 'fsync') events.push({ kind: 'flush', fd });
    else if (/^p?writev?(64)?$/.test(call)) {
      const data = decodeBytes(args).subarray(0, Number(result.split(' ')[0]));
      const offset = call.startsWith('p') ? Number(/(\d+)$/.exec(args)?.[1]) : file.position;
      if (!call.startsWith('p')) file.position += data.length;
      if (file.path === notes) events.push({ kind: 'note', text: data.toString() });
      else events.push({ kind: 'write', fd, offset, data, isSynced: file.isSynced });
    } else throw new Error(`the recording has a ${call}, which is not understood: ${args.slice(0, 100)}`);
  }
  return events;
}

interface Call {
  readonly call: string;
  readonly args: string;
  readonly result: string;
}

/** One call a line; one that another thread interrupted stands where it ended, since only then its effect is sure. */
function* parseCalls(text: string): Generator<Call> {
  const unfinished = new Map<string, string>();
  for (const line of text.split('\n')) {
    const thread = /^\d+/.exec(line)?.[0] ?? '';
    const rest = line.slice(thread.length).trimStart();
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(thread, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed === null ? rest : (unfinished.get(thread) ?? '') + (resumed[1] ?? '');
    const match = /^(\w+)\((.*)\)\s+= (.*)$/.exec(whole);
    if (match !== null) yield { call: match[1] ?? '', args: match[2] ?? '', result: match[3] ?? '' };
  }
}

/** The bytes of all strings among the arguments, which strace wrote as `"\x01\x02"`. */
function decodeBytes(args: string): Buffer {
  const strings = args.match(/"((?:\\x[0-9a-f]{2})*)"/g) ?? [];
  return Buffer.concat(strings.map((quoted) => Buffer.from(quoted.replace(/["\\x]/g, ''), 'hex')));
}

/** Unit in which a disk writes as a whole; LMDB relies on it for its meta pages, which lie in one. */
const sectorBytes = 512;

/** The file as the disk has it: what was flushed is there, of what was not, nobody knows how much. */
export class SimulatedDisk {
  #flushed: Buffer = Buffer.alloc(0);
  #unflushed: { offset: number; data: Buffer }[] = [];

  apply(event: DiskEvent): void {
    if (event.kind === 'write') {
      if (event.isSynced) this.#flushed = writeAt(this.#flushed, event.offset, event.data);
      else this.#unflushed.push({ offset: event.offset, data: event.data });
    } else if (event.kind === 'flush') {
      for (const { offset, data } of this.#unflushed) this.#flushed = writeAt(this.#flushed, offset, data);
      this.#unflushed = [];
    }
  }

  /** The file after a power failure now: each sector that was not flushed survived if `survives` says so. */
  cut(survives: () => boolean): Buffer {
    let image = this.#flushed;
    for (const { offset, data } of this.#unflushed) {
      for (let at = 0; at < data.length; at += sectorBytes) {
        if (survives()) image = writeAt(image, offset + at, data.subarray(at, at + sectorBytes));
      }
    }
    return Buffer.from(image);
  }
}

function writeAt(image: Buffer, offset: number, data: Buffer): Buffer {
  const grown = image.length >= offset + data.length ? image : Buffer.concat([image, Buffer.alloc(offset + data.length - image.length)]);
  data.copy(grown, offset);
  return grown;
}
