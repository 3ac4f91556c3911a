import type { GroupingKey } from '../model/grouping-key.ts';
import { createGroupingKey } from '../model/grouping-key.ts';
import { allExposedSuffixes, exposedSuffixes } from '../model/exposed-names.ts';
import type { LabelPair, MetricType } from '../model/metric-family.ts';
import type { FamilyHead, StoredFamily } from '../model/stored-family.ts';
import { describeSeries, hasSeries, listLabelSets } from './series.ts';

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
    // What is here already was compared with everything else, when the later of both was added.
    const isKnown = this.#uses.get(family.name)?.type === family.type;
    return (isKnown ? null : (this.#typeConflict(family) ?? this.#suffixConflict(family))) ?? this.seriesConflictOf(key, family);
  }

  /** Counts a family in that groups of this shape alone expose already: nothing can speak against it. False: it is to be checked. */
  addAgain({ shape }: GroupingKey, { name, type }: FamilyHead): boolean {
    const use = this.#uses.get(name);
    const known = use?.shapes.get(shape);
    if (known === undefined || use?.type !== type || use.shapes.size > 1) return false;
    known.groupCount++;
    return true;
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
    for (const suffix of exposedSuffixes(type)) {
      const holder = this.#describeHolder(name + suffix);
      if (holder === null) continue;
      return (
        `${type} ${quote(name)} would expose ${quote(name + suffix)}, which is a metric family of its own in ${holder}; ` +
        `rename one of them`
      );
    }
    for (const suffix of allExposedSuffixes) {
      if (!name.endsWith(suffix)) continue;
      const base = name.slice(0, -suffix.length);
      const baseType = this.#ownTypes.get(base) ?? this.#uses.get(base)?.type;
      if (baseType === undefined || !exposedSuffixes(baseType).includes(suffix)) continue;
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
    const keyNames = new Set(key.labels.map(({ name }) => name));
    let labelSets: readonly (readonly LabelPair[])[] | undefined;
    for (const [shape, { names }] of use.shapes) {
      if (shape === key.shape) continue;
      // Of a shape within the pushed key only one group can be meant: mostly there is none, and the samples need not be looked at.
      if (
        names.every((name) => keyNames.has(name)) &&
        this.#groups.findFamily(selectKey(names, key.labels)?.id ?? '', family.name) === undefined
      ) {
        continue;
      }
      labelSets ??= listLabelSets(family);
      const conflict = this.#sharedSeries(family.name, names, labelSets);
      if (conflict !== null) return conflict;
    }
    return null;
  }

  /** Looks for each label set in the one group whose key is what the labels say under `names`. */
  #sharedSeries(name: string, names: readonly string[], labelSets: readonly (readonly LabelPair[])[]): string | null {
    for (const labels of labelSets) {
      const key = selectKey(names, labels);
      const other = key === null ? undefined : this.#groups.findFamily(key.id, name);
      if (key === null || other === undefined || !hasSeries(other, labels)) continue;
      return (
        `series ${describeSeries(name, labels)} of this push is held by group ${describeKey(key)} already; ` +
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

/** The grouping key of these names that `labels` speak of, or null if they lack one. */
function selectKey(names: readonly string[], labels: readonly LabelPair[]): GroupingKey | null {
  const selected = new Map<string, string>();
  for (const { name, value } of labels) if (names.includes(name)) selected.set(name, value);
  return selected.size === names.length ? createGroupingKey(selected) : null;
}

/** A grouping key as it is written in PromQL. */
export function describeKey(key: GroupingKey): string {
  return `{${key.labels.map(({ name, value }) => `${name}=${quote(value)}`).join(',')}}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
