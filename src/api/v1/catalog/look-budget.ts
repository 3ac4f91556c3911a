import { badSelector } from '../../errors.ts';
import { lookWorkMax, lookWorkPerGroup } from '../../limits.ts';

/** About what the steps of a look take, in nanoseconds. */
const [visitCost, listCost, readCost, characterCost] = [15, 80, 30, 2];

/** What selectors and search of one request may look at together, so that none holds up the server. */
export class LookBudget {
  #left: number;

  constructor(groupCount: number) {
    this.#left = Math.max(lookWorkMax, groupCount * lookWorkPerGroup);
  }

  /** Some groups are looked at, and those lists of names that they have. */
  visit(groupCount: number, listCount: number): void {
    this.#spend(groupCount * visitCost + Math.min(groupCount, listCount) * listCost);
  }

  /** A text of so many characters is read, by a regexp or for a word. */
  read(length: number): void {
    this.#spend(readCost + length * characterCost);
  }

  #spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) {
      throw badSelector(
        'cannot look through the groups: selectors and search ask too much of too many; use fewer matchers and words, or say more with =, such as job="nightly", which leaves regexps fewer values to read',
      );
    }
  }
}
