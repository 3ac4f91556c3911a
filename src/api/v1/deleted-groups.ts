import { deletedGroupsMax, deletedIdCharsMax } from '../limits.ts';

/** The ids of groups that were deleted lately: somebody will ask where a group has gone. The oldest are forgotten first. */
export class DeletedGroups {
  readonly #ids = new Set<string>();
  #idChars = 0;

  get size(): number {
    return this.#ids.size;
  }

  /** The oldest first. */
  ids(): Iterable<string> {
    return this.#ids;
  }

  /** The group must not be among them. */
  add(id: string): void {
    this.#ids.add(id);
    this.#idChars += id.length;
  }

  forget(id: string): void {
    if (this.#ids.delete(id)) this.#idChars -= id.length;
  }

  /** Forgets what are too many, and tells of each. */
  *takeSurplus(): Generator<string> {
    for (const oldest of this.#ids) {
      if (this.#ids.size <= deletedGroupsMax && this.#idChars <= deletedIdCharsMax) return;
      this.forget(oldest);
      yield oldest;
    }
  }
}
