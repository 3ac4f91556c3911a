import { writeFamilyHeader } from '../exposition/ready-text.ts';
import { renderLabel, SampleRenderer } from '../exposition/sample-text.ts';
import type { MetricFamily } from '../model/metric-family.ts';

/** The families as a text exposition, with HELP and TYPE for each, in the order of their names. */
export function writeExposition(families: readonly MetricFamily[]): string {
  const sorted = [...families].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(writeFamily).join('');
}

function writeFamily({ name, help, type, metrics }: MetricFamily): string {
  const renderer = new SampleRenderer(name, type);
  const lines = metrics.map((metric) =>
    renderer.render(metric.labels.map((label) => renderLabel(label.name, label.value)).join(','), metric),
  );
  return writeFamilyHeader(name, help, type, 'allow-utf-8') + lines.join('');
}
