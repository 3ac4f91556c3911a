import type { GroupingKey } from '../model/grouping-key.ts';
import { createGroupingKey } from '../model/grouping-key.ts';
import type { MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { listSeries, listSeriesLabels } from './series.ts';

/**
 * What all groups and our own metrics expose together, kept so that a push is checked at the cost of what it weighs, never of what is
 * stored (SPEC §4.3). Holds one entry per family name; the families themselves are asked for when two groups might collide.
 *
 * Two groups whose keys have the same label names can never hold equal series, since every sample carries all labels of its group.
 * So equal series are looked for only where a family lives in groups of different shapes, and there only in the one group of each
 * other shape whose key agrees with the series' labels.
 */
export class ConsistencyIndex {
  readonly #ownTypes: ReadonlyMap<string, MetricType>;
  readonly #groups: IndexedGroups;
  readonly #uses = new Map<string, FamilyUse>();

  /** `ownTypes`: the families of ours that no push may contradict. `groups` is asked for what groups expose, as this index was told by `add`. */
  constructor(ownTypes: ReadonlyMap<string, MetricType>, groups: IndexedGroups) {
    this.#ownTypes = ownTypes;
    this.#groups = groups;
  }

  /** Why `family` cannot be exposed beside everything that was added, in plain words, or `null`. Does not look at its own flaw. */
  conflictOf(key: GroupingKey, family: StoredFamily): string | null {
    return this.#typeConflict(family) ?? this.#suffixConflict(family) ?? this.seriesConflictOf(key, family);
  }

  /** Counts a family in. The caller has checked `conflictOf`. */
  add(key: GroupingKey, name: string, type: MetricType): void {
    let use = this.#uses.get(name);
    if (use === undefined) {
      use = { type, holder: key, shapes: new Map() };
      this.#uses.set(name, use);
    }
    const shape = use.shapes.get(key.shape);
    if (shape !== undefined) shape.groupCount++;
    else use.shapes.set(key.shape, { names: key.labels.map(({ name }) => name), groupCount: 1 });
  }

  /** Takes back one `add` of the same key and name. */
  remove(key: GroupingKey, name: string): void {
    const use = this.#uses.get(name);
    const shape = use?.shapes.get(key.shape);
    if (use === undefined || shape === undefined) return;
    shape.groupCount--;
    if (shape.groupCount === 0) use.shapes.delete(key.shape);
    if (use.shapes.size === 0) this.#uses.delete(name);
  }

  #typeConflict({ name, type }: StoredFamily): string | null {
    const ownType = this.#ownTypes.get(name);
    if (ownType !== undefined && ownType !== type) {
      return `metric family ${quote(name)} is pushed as ${type}, but the gateway exposes it itself as ${ownType}; push it under another name`;
    }
    const use = this.#uses.get(name);
    if (use === undefined || use.type === type) return null;
    return (
      `metric family ${quote(name)} is pushed as ${type}, but it is a ${use.type} in ${this.#holderOf(name, use)}; ` +
      `push it with the same type, or delete the groups that hold the other type first`
    );
  }

  #suffixConflict({ name, type }: StoredFamily): string | null {
    for (const suffix of suffixesOf(type)) {
      const holder = this.#describeHolder(name + suffix);
      if (holder === null) continue;
      return (
        `${type} ${quote(name)} would expose ${quote(name + suffix)}, which is a metric family of its own in ${holder}; ` +
        `rename one of them`
      );
    }
    for (const suffix of ['_count', '_sum', '_bucket'] as const) {
      if (!name.endsWith(suffix)) continue;
      const base = name.slice(0, -suffix.length);
      const baseType = this.#ownTypes.get(base) ?? this.#uses.get(base)?.type;
      if (baseType === undefined || !suffixesOf(baseType).includes(suffix)) continue;
      return (
        `metric family ${quote(name)} collides with the ${baseType} ${quote(base)} in ${this.#describeHolder(base) ?? 'this push'}, ` +
        `which exposes that name already; rename one of them`
      );
    }
    return null;
  }

  /** The part of `conflictOf` that is left to check when the same group exposes a family of this name and type already. */
  seriesConflictOf(key: GroupingKey, family: StoredFamily): string | null {
    const use = this.#uses.get(family.name);
    if (use === undefined || (use.shapes.size === 1 && use.shapes.has(key.shape))) return null;
    const ownLabels = new Map(key.labels.map(({ name, value }) => [name, value]));
    let seriesLabels: readonly ReadonlyMap<string, string>[] | undefined;
    for (const [shape, { names }] of use.shapes) {
      if (shape === key.shape) continue;
      const isWithinKey = names.every((name) => ownLabels.has(name));
      const labelSets = isWithinKey ? [ownLabels] : (seriesLabels ??= listSeriesLabels(family));
      const conflict = this.#sharedSeries(family, names, labelSets);
      if (conflict !== null) return conflict;
    }
    return null;
  }

  /** Looks into each group whose key is what one of `labelSets` says under `names`, for a series that `family` has too. */
  #sharedSeries(family: StoredFamily, names: readonly string[], labelSets: readonly ReadonlyMap<string, string>[]): string | null {
    let series: ReadonlySet<string> | undefined;
    const seen = new Set<string>();
    for (const labels of labelSets) {
      if (!names.every((name) => labels.has(name))) continue;
      const key = createGroupingKey(new Map(names.map((name) => [name, labels.get(name) ?? ''])));
      if (seen.has(key.id)) continue;
      seen.add(key.id);
      const other = this.#groups.findFamily(key.id, family.name);
      if (other === undefined) continue;
      series ??= new Set(listSeries(family));
      const shared = listSeries(other).find((line) => series?.has(line));
      if (shared === undefined) continue;
      return (
        `series ${shared} of this push is held by group ${describeKey(key)} already; ` +
        `change the labels of one of the two, or delete that group first`
      );
    }
    return null;
  }

  #describeHolder(name: string): string | null {
    if (this.#ownTypes.has(name)) return 'the metrics of the gateway itself';
    const use = this.#uses.get(name);
    return use === undefined ? null : this.#holderOf(name, use);
  }

  /** Names a group that holds the family. One that was found is kept, so that a pusher who tries again and again costs one look-up each. */
  #holderOf(name: string, use: FamilyUse): string {
    if (this.#groups.findFamily(use.holder.id, name) === undefined) use.holder = this.#groups.findHolder(name) ?? use.holder;
    return `group ${describeKey(use.holder)}`;
  }
}

/** What the index asks of the groups it was told about. */
export interface IndexedGroups {
  /** The exposed family of a group by `GroupingKey.id` and family name. */
  findFamily(id: string, name: string): StoredFamily | undefined;
  /** Some group that exposes a family of this name. May look through all groups: asked for the wording of a refusal only. */
  findHolder(name: string): GroupingKey | undefined;
}

interface FamilyUse {
  readonly type: MetricType;
  /** A group that held the family when it was last looked for; it may have gone since. */
  holder: GroupingKey;
  /** The shapes of the groups that hold the family (`GroupingKey.shape`). */
  readonly shapes: Map<string, ShapeUse>;
}

interface ShapeUse {
  /** The label names of the shape. */
  readonly names: readonly string[];
  groupCount: number;
}

/** The names that a family of this type exposes beside its own. */
function suffixesOf(type: MetricType): readonly string[] {
  if (type === 'summary') return summarySuffixes;
  return type === 'histogram' || type === 'gaugehistogram' ? histogramSuffixes : noSuffixes;
}

const noSuffixes: readonly string[] = [];
const summarySuffixes: readonly string[] = ['_count', '_sum'];
const histogramSuffixes: readonly string[] = ['_count', '_sum', '_bucket'];

/** A grouping key as it is written in PromQL. */
export function describeKey(key: GroupingKey): string {
  return `{${key.labels.map(({ name, value }) => `${name}=${quote(value)}`).join(',')}}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
