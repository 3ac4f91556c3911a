import type { FamilyDraft } from './family-draft.ts';
import type { KeyTexts } from './line-labels.ts';
import type { ReadyLines } from './ready-lines.ts';

/**
 * What the grouping key of a group must hold for some lines of one family to stand in their order (SPEC §6: fewer labels first, then by label
 * values place by place, whatever the names). Only neighbours with as many labels but other names ask for anything: where the names are
 * the same, grouping labels stand at the same places.
 *
 *     f{a="x",job="..."} 1     f{job="...",z="m"} 2      at the first place "x" against the job, at the second the job against "m"
 */
export interface NeighbourOrder {
  /** The places that the key has a word in, up to the first that decides without it. */
  readonly steps: readonly OrderStep[];
  /** Whether the lines are in order when all of these places hold equal values. */
  readonly isOrderedWhenEqual: boolean;
}

interface OrderStep {
  readonly before: LabelValue;
  readonly behind: LabelValue;
}

/** A value that all groups share, or the place of a grouping label. */
type LabelValue = string | number;

/** Whether lines with these conditions are in order in a group of this key. */
export function areInOrder(neighbours: readonly NeighbourOrder[], { values }: KeyTexts): boolean {
  return neighbours.every(({ steps, isOrderedWhenEqual }) => {
    for (const { before, behind } of steps) {
      const a = typeof before === 'string' ? before : (values[before] as string);
      const b = typeof behind === 'string' ? behind : (values[behind] as string);
      // Characters of latin1 strings: bytes, as they are compared.
      if (a !== b) return a < b;
    }
    return isOrderedWhenEqual;
  });
}

/** The conditions for the order in which the lines of a family were stored. */
export function listNeighbourOrders(lines: ReadyLines, draft: FamilyDraft): NeighbourOrder[] {
  const orders: NeighbourOrder[] = [];
  let last = -1;
  for (const line of draft.lineOrder()) {
    const isNeighbour = last !== -1 && lines.labelCounts[last] === lines.labelCounts[line] && !lines.haveEqualNames(last, line);
    if (isNeighbour) orders.push(compareByKey(lines.labelValues(last), lines.labelValues(line), last < line));
    last = line;
  }
  return orders;
}

function compareByKey(before: readonly LabelValue[], behind: readonly LabelValue[], isPushedBefore: boolean): NeighbourOrder {
  const steps: OrderStep[] = [];
  for (const [place, a] of before.entries()) {
    const b = behind[place] as LabelValue;
    if (a === b) continue;
    if (typeof a === 'string' && typeof b === 'string') return { steps, isOrderedWhenEqual: a < b };
    steps.push({ before: a, behind: b });
  }
  return { steps, isOrderedWhenEqual: isPushedBefore };
}
