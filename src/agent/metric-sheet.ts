import { createMetric, type Draft } from '../model/metric-draft.ts';
import type { LabelPair, Metric, MetricFamily } from '../model/metric-family.ts';

/** A metric that a collector may bring: each collector lists its own, and docs/agent.md the same ones. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
}

/** Where a collector writes its samples. */
export class MetricSheet {
  readonly #metrics = new Map<MetricDefinition, Draft<Metric>[]>();

  /** Adds a sample. The caller sees to it that no two of a family have the same labels. */
  add(definition: MetricDefinition, labels: Readonly<Record<string, string>>, value: number): void {
    const pairs: LabelPair[] = Object.entries(labels).map(([name, text]) => ({ name, value: text }));
    const metric = createMetric(pairs);
    if (definition.type === 'counter') metric.counter = { value, exemplar: null, createdTimestamp: null, unknownFields: null };
    else metric.gauge = { value, unknownFields: null };
    const metrics = this.#metrics.get(definition) ?? [];
    this.#metrics.set(definition, metrics);
    metrics.push(metric);
  }

  /** Adds each of these under the same labels. */
  addAll(labels: Readonly<Record<string, string>>, samples: readonly (readonly [MetricDefinition, number])[]): void {
    for (const [definition, value] of samples) this.add(definition, labels, value);
  }

  /** The families in the order of their first samples. */
  families(): MetricFamily[] {
    return [...this.#metrics].map(([{ name, type, help }, metrics]) => {
      return { name, help, type, unit: null, metrics, unknownFields: null, flaw: null };
    });
  }
}
