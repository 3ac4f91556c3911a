import type { MetricType } from '../../model/metric-family.ts';

/** By their numbers on the wire. */
export const metricTypes: readonly MetricType[] = ['counter', 'gauge', 'summary', 'untyped', 'histogram', 'gaugehistogram'];
