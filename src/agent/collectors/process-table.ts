import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { processesMax } from '../limits.ts';

/** A process as `/proc` tells of it. */
export interface ProcessStat {
  readonly pid: number;
  /** At most 15 bytes, as the kernel keeps it. */
  readonly name: string;
  /** One letter, such as `S`. */
  readonly state: string;
  readonly cpuSeconds: number;
  readonly threads: number;
  /** Ticks since the machine started; with the pid it tells one process from a later one. */
  readonly startTicks: number;
  readonly virtualBytes: number;
}

/** Linux counts in these for programs, whatever the kernel's own clock (USER_HZ). */
export const ticksPerSecond = 100;

/** Reads the text of `/proc/PID/stat`. The name may hold anything, blanks and parentheses too. `null` for what is none. */
export function parseProcessStat(text: string): ProcessStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  // From the third field on; numbered as in proc(5).
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? NaN);
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? '',
    cpuSeconds: (field(14) + field(15)) / ticksPerSecond,
    threads: field(20),
    startTicks: field(22),
    virtualBytes: field(23),
  };
}

/** The processes of a machine, read from a `/proc`. What ends while it is read is left out. */
export class ProcessTable {
  readonly #procfs: string;

  constructor(procfs: string) {
    this.#procfs = procfs;
  }

  list(): ProcessStat[] {
    const pids = readdirSync(this.#procfs).filter((name) => /^\d+$/.test(name));
    return pids.slice(0, processesMax).flatMap((pid) => {
      const stat = parseProcessStat(this.#read(pid, 'stat') ?? '');
      return stat === null ? [] : [stat];
    });
  }

  /** When the machine started, in seconds since 1970. */
  bootTimeSeconds(): number {
    return Number(/^btime (\d+)$/m.exec(this.#read('stat') ?? '')?.[1] ?? NaN);
  }

  /** The effective user id; `null` if the process has gone. */
  userId(pid: number): number | null {
    const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(this.#read(String(pid), 'status') ?? '')?.[1];
    return uid === undefined ? null : Number(uid);
  }

  residentBytes(pid: number): number | null {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(this.#read(String(pid), 'status') ?? '')?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  }

  /** The arguments, the program first. Empty for kernel threads. */
  commandLine(pid: number): readonly string[] {
    const text = this.#read(String(pid), 'cmdline') ?? '';
    return text === '' ? [] : text.replace(/\0+$/, '').split('\0');
  }

  /** `null` where only the owner may look. */
  openFileCount(pid: number): number | null {
    try {
      return readdirSync(path.join(this.#procfs, String(pid), 'fd')).length;
    } catch {
      return null;
    }
  }

  #read(...names: readonly string[]): string | null {
    try {
      return readFileSync(path.join(this.#procfs, ...names), 'utf8');
    } catch {
      return null;
    }
  }
}
