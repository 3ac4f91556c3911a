import { compareAsBytes } from '../base/bytes.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { ExposedFamily, ExposedPiece } from '../exposition/exposed-family.ts';
import { encodeFamilyMetrics } from '../exposition/protobuf/encode-stored.ts';
import { renderLabel, SampleRenderer } from '../exposition/sample-text.ts';

/**
 * Our own metrics and all groups, merged by family and sorted by name (SPEC §6). Of a family that is in both, our HELP is shown. Where the
 * types differ, ours is left out: names that no push may contradict never come that far, and the others yield to what is pushed.
 */
export function mergeFamilies(own: readonly MetricFamily[], pushed: readonly ExposedFamily[]): readonly ExposedFamily[] {
  const ownByName = new Map(own.filter(({ metrics }) => metrics.length > 0).map((family) => [family.name, family]));
  const families: ExposedFamily[] = [];
  for (const { name, help, type, pieces } of pushed) {
    const ownFamily = ownByName.get(name);
    ownByName.delete(name);
    const isShared = ownFamily?.type === type;
    families.push({
      name,
      type,
      help: isShared ? ownFamily.help : help,
      pieces: isShared ? [exposeOwn(ownFamily), ...pieces] : pieces,
    });
  }
  for (const family of ownByName.values()) families.push({ ...family, pieces: [exposeOwn(family)] });
  return families.sort((a, b) => compareAsBytes(a.name, b.name));
}

function exposeOwn(family: MetricFamily): ExposedPiece {
  return {
    text() {
      const renderer = new SampleRenderer(family.name, family.type);
      const lines = family.metrics.map((metric) =>
        renderer.render(metric.labels.map(({ name, value }) => renderLabel(name, value)).join(','), metric),
      );
      return Buffer.from(lines.join(''));
    },
    protobuf: (scheme) => encodeFamilyMetrics([family], scheme),
    families: () => [family],
  };
}
