/** What the kernel has counted of one interface since it came up. */
export interface InterfaceCounters {
  readonly name: string;
  readonly received: DirectionCounters;
  readonly transmitted: DirectionCounters;
}

export interface DirectionCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly drops: number;
}

/** Reads `/proc/net/dev`: two heading lines, then for each interface eight numbers received and eight transmitted. Odd lines are left out. */
export function parseNetDev(text: string): InterfaceCounters[] {
  const found: InterfaceCounters[] = [];
  for (const line of text.split('\n')) {
    // A name may hold a colon (an alias), and the first number may follow without a blank.
    const [, name = '', numbers = ''] = /^\s*(\S.*):\s*(\d[\d\s]*)$/.exec(line) ?? [];
    const columns = numbers.trim().split(/\s+/).map(Number);
    if (name === '' || columns.length < 12) continue;
    found.push({ name, received: readDirection(columns, 0), transmitted: readDirection(columns, 8) });
  }
  return found;
}

function readDirection(columns: readonly number[], start: number): DirectionCounters {
  const [bytes = 0, packets = 0, errors = 0, drops = 0] = columns.slice(start);
  return { bytes, packets, errors, drops };
}

/**
 * How much a counter grew. One that is lower than before began anew (a driver loaded again, an interface of the same name, 32 bits
 * wrapped round): as in PromQL's `rate`, it counts from zero, which is never too much.
 */
export function growthOf(before: number, now: number): number {
  return now >= before ? now - before : now;
}
