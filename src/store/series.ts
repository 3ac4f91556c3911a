import type { StoredFamily } from '../model/stored-family.ts';
import { readFamily } from '../exposition/store-family.ts';

/** The label sets of a stored family's metrics, grouping labels included. Costs a read of its text: for the rare paths. */
export function listSeriesLabels(family: StoredFamily): readonly ReadonlyMap<string, string>[] {
  return readFamily(family).metrics.map(({ labels }) => new Map(labels.map(({ name, value }) => [name, value])));
}

/** The series of a stored family as they are written in PromQL: equal text for equal label sets. */
export function listSeries(family: StoredFamily): readonly string[] {
  return readFamily(family).metrics.map(
    ({ labels }) => `${family.name}{${labels.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).join(',')}}`,
  );
}
