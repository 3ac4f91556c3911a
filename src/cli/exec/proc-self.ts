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

/** A process and all its descendants, without those that became someone else's. Empty when it has gone. */
export function listTree(pid: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of listPids()) {
    const parent = Number(readStatFields(name)?.[1] ?? NaN);
    const siblings = childrenOf.get(parent) ?? [];
    childrenOf.set(parent, siblings);
    siblings.push(Number(name));
  }
  const tree = [pid];
  for (let i = 0; i < tree.length; i++) tree.push(...(childrenOf.get(tree[i] ?? NaN) ?? []));
  return tree;
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

function listPids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
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
