import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in these for programs (USER_HZ). */
const ticksPerSecond = 100;

/** CPU time of all children that were waited for, and of what they waited for; `null` on a system without `/proc`. */
export function childrenCpuSeconds(): { readonly user: number; readonly system: number } | null {
  const fields = readStatFields('self');
  if (fields === null) return null;
  // cutime and cstime of proc(5).
  return { user: Number(fields[13]) / ticksPerSecond, system: Number(fields[14]) / ticksPerSecond };
}

/** Whether this process is in the foreground of a terminal: then that sends ^C and ^\ to its children by itself. `null` if it cannot be told. */
export function isInForeground(): boolean | null {
  const fields = readStatFields('self');
  if (fields === null) return null;
  const [, , group, , terminal, foregroundGroup] = fields;
  return terminal !== '0' && group === foregroundGroup;
}

/**
 * Finds a process and all its descendants, again and again. What was found to be someone else's is not looked at another time: it cannot
 * become a descendant, only a process that is born later can be one.
 */
export class ProcessTree {
  readonly #members: Set<number>;
  #strangers = new Set<number>();

  constructor(pid: number) {
    this.#members = new Set([pid]);
  }

  /** Those that run now. One whose parent has ended stays a member. */
  list(): number[] {
    const running = listPids();
    const parents = new Map<number, number>();
    for (const pid of running) {
      if (!this.#members.has(pid) && !this.#strangers.has(pid)) parents.set(pid, Number(readStatFields(String(pid))?.[1] ?? NaN));
    }
    for (const pid of parents.keys()) if (this.#descends(pid, parents)) this.#members.add(pid);
    this.#strangers = new Set(running.filter((pid) => !this.#members.has(pid)));
    // A number may be given to another process later.
    for (const pid of this.#members) if (!running.includes(pid)) this.#members.delete(pid);
    return [...this.#members];
  }

  #descends(pid: number, parents: ReadonlyMap<number, number>): boolean {
    for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) if (this.#members.has(at)) return true;
    return false;
  }
}

/** The most memory that a process ever had; `null` for one that has gone. */
export function peakResidentBytes(pid: number): number | null {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

/** The fields of `/proc/PID/stat` behind the name, the state first. */
function readStatFields(pid: string): readonly string[] | null {
  const text = readProc(`${pid}/stat`);
  if (text === null) return null;
  return text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
}

function listPids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readProc(name: string): string | null {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return null;
  }
}
