import { compareAsBytes } from '../base/bytes.ts';
import { allExposedSuffixes, exposedSuffixes } from '../model/exposed-names.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';
import type { ExposedFamily, ExposedPart } from '../exposition/exposed-family.ts';
import { renderLabel, SampleRenderer } from '../exposition/sample-text.ts';

/**
 * Our own metrics and all groups, merged by family and sorted by name (SPEC §6). Of a family that is in both, our HELP is shown. Where the
 * types differ or names clash by a suffix, ours is left out: names that no push may contradict never come that far, and the others yield
 * to what is pushed.
 */
export function mergeFamilies(own: readonly MetricFamily[], pushed: readonly ExposedFamily[]): readonly ExposedFamily[] {
  const ownByName = new Map(own.filter(({ metrics }) => metrics.length > 0).map((family) => [family.name, family]));
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

function exposeOwn(family: MetricFamily): ExposedPart {
  return {
    addLines(writer) {
      const renderer = new SampleRenderer(family.name, family.type);
      const lines = family.metrics.map((metric) =>
        renderer.render(metric.labels.map(({ name, value }) => renderLabel(name, value)).join(','), metric),
      );
      writer.addText(lines.join(''));
    },
    addFields(writer) {
      writer.addInFull(family);
      return true;
    },
    *writeFields(writer) {
      yield writer.addInFull(family);
    },
    families: () => [family],
  };
}
