import { deletedGroupsMax, deletedIdCharsMax } from '../limits.ts';
import type { GroupRow } from './group-row.ts';

/** Groups that were deleted lately, without what they held: somebody will ask where a group has gone. The oldest are forgotten first. */
export class DeletedRows {
  readonly #byId = new Map<string, GroupRow>();
  #idChars = 0;

  /** The oldest first. */
  rows(): Iterable<GroupRow> {
    return this.#byId.values();
  }

  find(id: string): GroupRow | undefined {
    return this.#byId.get(id);
  }

  add(row: GroupRow): void {
    this.forget(row.id);
    this.#byId.set(row.id, row);
    this.#idChars += row.id.length;
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size <= deletedGroupsMax && this.#idChars <= deletedIdCharsMax) return;
      this.forget(oldest);
    }
  }

  /** Hot path: once per new group. */
  forget(id: string): void {
    if (this.#byId.size > 0 && this.#byId.delete(id)) this.#idChars -= id.length;
  }
}
