import { code } from './compiled/messages.ts';
import { instantiate } from './instantiate.ts';
import type { LinearMemory } from './linear-memory.ts';
import { memberBytes } from './metric-fields.ts';
import { placePowersOfFive } from './powers-of-five.ts';

/** Why the writing stopped. The numbers are those of assembly/messages.ts. */
export const messageStops = {
  atEnd: 0,
  /** Its lines take more than a page. */
  pageIsFull: 1,
  /** As in `lineStops`. */
  groupIsUnknown: 2,
  groupIsForeign: 3,
  /** It is time to hand out what was written. */
  outputIsFull: 4,
  /** What it says is not known here. */
  messageIsForeign: 5,
} as const;

/** In a step, in the place of the address of a family: a message begins. */
export const beginsMessage = 1;

/** Words before a header. */
export const messageHeadWords = 3;

/**
 * Writes an exposition as MetricFamily messages with their lengths, from the same steps as `FormLines`. Before the steps of each family stands one
 * more: `beginsMessage`, address and length of: the tag of values as it goes out, the length of the family's name, a word that nobody
 * reads here, and the message but for its metrics.
 */
export interface Messages {
  /** Goes on with the message that begins with this step. */
  rewind(toStep: number): void;
  /** The step with which the message at hand begins. */
  place(): number;
  /** The step of groups, and the place among its slots, where its lines stand. */
  groupStep(): number;
  groupPosition(): number;
  /** Behind what was written. */
  end(): number;
  /** Goes on there. */
  moveEnd(to: number): void;
  /**
   * One of `messageStops`. `page` is for the lines of one message; for `groups` and `forms` see `FormLines`. Messages lie from `output` on; from
   * `outputFull` on there shall be no more.
   */
  write(
    steps: number,
    count: number,
    groups: number,
    forms: number,
    page: number,
    pageLimit: number,
    output: number,
    outputFull: number,
    outputLimit: number,
  ): number;
}

/** `membersMax`: buckets or quantiles that a metric may have. */
export function createMessages(memory: LinearMemory, membersMax: number): Messages {
  const powers = placePowersOfFive(memory);
  const members = memory.allocate(membersMax * memberBytes);
  const messages = instantiate(code, memory) as MessagesModule;
  messages.setUp(powers, members, membersMax);
  return messages;
}

interface MessagesModule extends Messages {
  setUp(powers: number, members: number, membersMax: number): void;
}
