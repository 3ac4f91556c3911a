import { badSelector } from '../errors.ts';
import { regexpWorkMax } from '../limits.ts';

/** What the regexps of one request may cost together beside reading the values. */
export class WorkBudget {
  #left = regexpWorkMax;

  /** Throws `PG_SELECTOR` where nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw badSelector(
        'cannot match the regexps: they take too much work; make them simpler, with fewer repeats like {5,20}, inside others and behind .* above all',
      );
    }
  }
}
