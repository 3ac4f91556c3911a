/**
 * The inverse of decode-family.ts. Fields go out in the order of their numbers and unknown ones last, as Go writes them. Numbers
 * of a message are always written, also when they are 0; the float counts only if they say something.
 */
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Counter, Gauge, Metric, MetricFamily, Quantile, Summary } from '../../model/metric-family.ts';
import { writeHistogram } from './encode-histogram.ts';
import { writeExemplar, writeLabel, writeMessage, writeTimestamp, writeUnknown } from './encode-exemplar.ts';
import { metricTypes } from './metric-types.ts';

export function writeFamily(writer: BinaryWriter, family: MetricFamily): void {
  writer.uint32(10).string(family.name); // name = 1
  if (family.help !== null) writer.uint32(18).string(family.help); // help = 2
  writer.uint32(24).int32(metricTypes.indexOf(family.type)); // type = 3
  writeMetrics(writer, family.metrics);
  if (family.unit !== null) writer.uint32(42).string(family.unit); // unit = 5
  writeUnknown(writer, family);
}

/** The metrics alone: as fields of a family they may be put together with others, since protobuf joins what is repeated. */
export function writeMetrics(writer: BinaryWriter, metrics: readonly Metric[]): void {
  for (const metric of metrics) writeMessage(writer, 34, metric, writeMetric); // metric = 4
}

function writeMetric(writer: BinaryWriter, metric: Metric): void {
  for (const label of metric.labels) writeMessage(writer, 10, label, writeLabel); // label = 1
  if (metric.gauge !== null) writeMessage(writer, 18, metric.gauge, writeGauge); // gauge = 2
  if (metric.counter !== null) writeMessage(writer, 26, metric.counter, writeCounter); // counter = 3
  if (metric.summary !== null) writeMessage(writer, 34, metric.summary, writeSummary); // summary = 4
  if (metric.untyped !== null) writeMessage(writer, 42, metric.untyped, writeGauge); // untyped = 5
  if (metric.timestampMs !== null) writer.uint32(48).int64(metric.timestampMs); // timestamp_ms = 6
  if (metric.histogram !== null) writeMessage(writer, 58, metric.histogram, writeHistogram); // histogram = 7
  writeUnknown(writer, metric);
}

function writeGauge(writer: BinaryWriter, gauge: Gauge): void {
  writer.uint32(9).double(gauge.value); // value = 1
  writeUnknown(writer, gauge);
}

function writeCounter(writer: BinaryWriter, counter: Counter): void {
  writer.uint32(9).double(counter.value); // value = 1
  if (counter.exemplar !== null) writeMessage(writer, 18, counter.exemplar, writeExemplar); // exemplar = 2
  if (counter.createdTimestamp !== null) writeMessage(writer, 26, counter.createdTimestamp, writeTimestamp); // created_timestamp = 3
  writeUnknown(writer, counter);
}

function writeSummary(writer: BinaryWriter, summary: Summary): void {
  writer.uint32(8).uint64(summary.sampleCount); // sample_count = 1
  writer.uint32(17).double(summary.sampleSum); // sample_sum = 2
  for (const quantile of summary.quantiles) writeMessage(writer, 26, quantile, writeQuantile); // quantile = 3
  if (summary.createdTimestamp !== null) writeMessage(writer, 34, summary.createdTimestamp, writeTimestamp); // created_timestamp = 4
  writeUnknown(writer, summary);
}

function writeQuantile(writer: BinaryWriter, quantile: Quantile): void {
  writer.uint32(9).double(quantile.quantile); // quantile = 1
  writer.uint32(17).double(quantile.value); // value = 2
  writeUnknown(writer, quantile);
}
