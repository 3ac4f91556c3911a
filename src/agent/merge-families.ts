import { findFlaw } from '../exposition/family-flaw.ts';
import { labelMetric, prepareGroupingLabels, type GroupingLabels, type LabelledMetric } from '../exposition/merged-labels.ts';
import { exposedSuffixes } from '../model/exposed-names.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { Metric, MetricFamily } from '../model/metric-family.ts';
import { namedClashesMax } from './limits.ts';

/** Who brought these families: a collector, or a file. */
export interface FamilySource {
  readonly name: string;
  readonly families: readonly MetricFamily[];
}

export interface MergedFamilies {
  readonly families: readonly MetricFamily[];
  /** What was left out, and why, a sentence each. */
  readonly clashes: readonly string[];
}

interface Merging {
  readonly family: MetricFamily;
  readonly metrics: Metric[];
  /** Who brought each series, by its labels as they will be stored. */
  readonly owners: Map<string, string>;
  readonly firstOwner: string;
}

/**
 * Brings families of several sources into one push that a gateway takes: families of one name become one, the first HELP wins. Of what
 * cannot stand beside what came before (another type, the same series, a flaw) the later is left out and told of, and nothing else is lost.
 */
export function mergeFamilies(sources: readonly FamilySource[], key: GroupingKey): MergedFamilies {
  const grouping = prepareGroupingLabels(key);
  const merged = new Map<string, Merging>();
  const clashes: string[] = [];
  for (const { name: owner, families } of sources) {
    for (const family of families) {
      const clash = addFamily(merged, grouping, owner, family);
      if (clash !== null) clashes.push(clash);
    }
  }
  clashes.push(...dropTakenNames(merged));
  const families = [...merged.values()].filter(({ metrics }) => metrics.length > 0);
  return { families: families.map(({ family, metrics }) => ({ ...family, metrics })), clashes };
}

/** The sentences as one line, of which the first few are told and the rest counted; `null` without any. */
export function describeClashes(clashes: readonly string[]): string | null {
  if (clashes.length === 0) return null;
  const rest = clashes.length - namedClashesMax;
  return clashes.slice(0, namedClashesMax).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

/** What was left out of the family, if anything. */
function addFamily(merged: Map<string, Merging>, grouping: GroupingLabels, owner: string, family: MetricFamily): string | null {
  const first = merged.get(family.name) ?? { family, metrics: [], owners: new Map<string, string>(), firstOwner: owner };
  if (first.family.type !== family.type) {
    return `${owner}: ${family.name} is a ${family.type}, but a ${first.family.type} in ${first.firstOwner}; left out`;
  }
  merged.set(family.name, first);
  let clash: string | null = null;
  for (const [place, metric] of family.metrics.entries()) {
    const labelled = labelMetric(metric, place, grouping);
    const reason = whyLeftOut(family, labelled, first.owners.get(labelled.labelText), owner);
    if (reason !== null) {
      clash ??= `${owner}: ${reason}; left out`;
      continue;
    }
    first.owners.set(labelled.labelText, owner);
    first.metrics.push(metric);
  }
  return clash;
}

function whyLeftOut(family: MetricFamily, labelled: LabelledMetric, taken: string | undefined, owner: string): string | null {
  const flaw = findFlaw(family, [labelled]);
  if (flaw !== null) return flaw;
  if (taken === undefined) return null;
  const series = `${family.name}{${labelled.labelText}}`;
  return taken === owner ? `${series} is there twice, with the labels of the group` : `${series} is brought by ${taken} too`;
}

/** A summary or histogram has further names; no other family may bear one of them. */
function dropTakenNames(merged: Map<string, Merging>): string[] {
  const clashes: string[] = [];
  for (const { family, firstOwner } of [...merged.values()]) {
    for (const suffix of exposedSuffixes(family.type)) {
      const taken = merged.get(family.name + suffix);
      if (taken === undefined) continue;
      merged.delete(taken.family.name);
      clashes.push(`${taken.firstOwner}: ${taken.family.name} is a name of the ${family.type} ${family.name} in ${firstOwner}; left out`);
    }
  }
  return clashes;
}
