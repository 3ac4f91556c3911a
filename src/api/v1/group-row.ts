import type { Group } from '../../model/group.ts';
import type { GroupState } from '../types.ts';

/** A group in a list, as it was when it was asked for. */
export interface GroupRow {
  readonly id: string;
  readonly group: Group;
  /** Failed: the latest push was refused, whether it stamped the failure time or could not even be read. */
  readonly state: GroupState;
  /** Unix milliseconds; 0 if no push failed. */
  readonly failureMs: number;
  /** Unix milliseconds; 0: it is there. */
  readonly deletedAtMs: number;
  /** Sample lines of an exposition, and bytes of these lines. */
  readonly samples: number;
  readonly bytes: number;
}
