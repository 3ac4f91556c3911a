import { compareAsBytes } from '../base/bytes.ts';
import { allExposedSuffixes, exposedSuffixes } from '../model/exposed-names.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';
import type { ExposedFamily, ExposedPart, Exposition } from '../exposition/exposed-family.ts';
import type { ExposedValues } from '../exposition/exposed-values.ts';
import { renderLabel, SampleRenderer } from '../exposition/sample-text.ts';

/** Merges our own metrics with all groups, from scrape to scrape: as long as there are the same families, they are the same array. */
export class FamilyMerger {
  #own: readonly MetricFamily[] = [];
  #pushed: readonly ExposedFamily[] | null = null;
  #merged: readonly ExposedFamily[] = [];

  merge(own: readonly MetricFamily[], exposition: Exposition): Exposition {
    const shown = own.filter(({ metrics }) => metrics.length > 0);
    if (this.#pushed !== exposition.families || !areAlike(this.#own, shown)) {
      this.#merged = mergeFamilies(shown, exposition.families);
      this.#pushed = exposition.families;
    }
    this.#own = shown;
    return { ...exposition, families: this.#merged, own: new Map(shown.map((family) => [family.name, family])) };
  }
}

/** Whether these are the same families but for their metrics. */
function areAlike(some: readonly MetricFamily[], others: readonly MetricFamily[]): boolean {
  if (some.length !== others.length) return false;
  for (const [i, { name, type, help }] of some.entries()) {
    const other = others[i] as MetricFamily;
    if (name !== other.name || type !== other.type || help !== other.help) return false;
  }
  return true;
}

/**
 * Our own metrics and all groups, merged by family and sorted by name (SPEC §6). Of a family that is in both, our HELP is shown. Where the
 * types differ or names clash by a suffix, ours is left out: names that no push may contradict never come that far, and the others yield
 * to what is pushed.
 */
function mergeFamilies(own: readonly MetricFamily[], pushed: readonly ExposedFamily[]): readonly ExposedFamily[] {
  const ownByName = new Map(own.map((family) => [family.name, family]));
  const families: ExposedFamily[] = [];
  for (const { name, help, type, parts } of pushed) {
    const ownFamily = ownByName.get(name);
    ownByName.delete(name);
    const isShared = ownFamily?.type === type;
    families.push({
      name,
      type,
      help: isShared ? ownFamily.help : help,
      parts: isShared ? [exposeOwn(ownFamily), ...parts] : parts,
    });
  }
  const pushedTypes = new Map(pushed.map(({ name, type }) => [name, type]));
  for (const family of ownByName.values()) {
    if (!clashesBySuffix(family, pushedTypes)) families.push({ ...family, parts: [exposeOwn(family)] });
  }
  return families.sort((a, b) => compareAsBytes(a.name, b.name));
}

/** Whether one of both would expose a name of the other, as a histogram does with `_count`. */
function clashesBySuffix({ name, type }: MetricFamily, pushedTypes: ReadonlyMap<string, MetricType>): boolean {
  if (exposedSuffixes(type).some((suffix) => pushedTypes.has(name + suffix))) return true;
  return allExposedSuffixes.some((suffix) => {
    const pushedType = name.endsWith(suffix) ? pushedTypes.get(name.slice(0, -suffix.length)) : undefined;
    return pushedType !== undefined && exposedSuffixes(pushedType).includes(suffix);
  });
}

function exposeOwn({ name }: MetricFamily): ExposedPart {
  const familyIn = ({ own }: ExposedValues): MetricFamily => own.get(name) as MetricFamily;
  return {
    addLines(writer) {
      writer.addOwn((values) => renderLines(familyIn(values)));
    },
    addFields(writer) {
      writer.addInFull(familyIn(writer.lines.values));
      return true;
    },
    *writeFields(writer) {
      yield writer.addInFull(familyIn(writer.lines.values));
    },
    familiesIn: (values) => [familyIn(values)],
  };
}

function renderLines({ name, type, metrics }: MetricFamily): string {
  const renderer = new SampleRenderer(name, type);
  return metrics
    .map((metric) => renderer.render(metric.labels.map((label) => renderLabel(label.name, label.value)).join(','), metric))
    .join('');
}
