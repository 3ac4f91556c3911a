/**
 * One function per message of io.prometheus.client (prometheus/client_model, metrics.proto). A tag is `field number << 3 | wire
 * type`: 0 varint, 1 eight bytes, 2 length and bytes. A known field with a wire type that it cannot have is unknown, as everywhere
 * in protobuf.
 */
import { createHistogram, createMetric, createSummary, type Draft } from '../../model/metric-draft.ts';
import type { Counter, Gauge, Metric, MetricFamily, MetricType, Quantile, Summary } from '../../model/metric-family.ts';
import { createExemplar, createTimestamp, readExemplar, readLabel, readTimestamp } from './decode-exemplar.ts';
import { readHistogram } from './decode-histogram.ts';
import { keepUnknownField, readInto, readItem } from './draft.ts';
import { metricTypes } from './metric-types.ts';
import type { WireReader } from './wire-reader.ts';

export function createFamilyDraft(): Draft<MetricFamily> {
  return { name: '', help: null, type: 'counter', unit: null, metrics: [], unknownFields: null, flaw: null };
}

export function readFamily(reader: WireReader, into: Draft<MetricFamily>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 10: // name = 1
        into.name = reader.string('the name of the family');
        break;
      case 18: // help = 2
        into.help = reader.string('the help text');
        break;
      case 24: // type = 3
        into.type = readType(reader);
        break;
      case 34: // metric = 4
        into.metrics.push(readItem(reader, createMetric([]), readMetric));
        break;
      case 42: // unit = 5
        into.unit = reader.string('the unit');
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}

/**
 * The reference keeps a number that stands for no type, and from then on every text scrape ends inside the TYPE line of that family
 * (prometheus/common, text_create.go), so it is refused here.
 */
function readType(reader: WireReader): MetricType {
  const number = reader.int32();
  return metricTypes[number] ?? reader.fail(`the metric type ${number} is not one of 0 to ${metricTypes.length - 1}`);
}

// Hot path, with the readers of labels, gauges and counters: most pushes hold little else.
function readMetric(reader: WireReader, into: Draft<Metric>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 10: // label = 1
        into.labels.push(readLabel(reader));
        break;
      case 18: // gauge = 2
        into.gauge = readInto(reader, into.gauge ?? { value: 0, unknownFields: null }, readGauge);
        break;
      case 26: // counter = 3
        into.counter = readInto(
          reader,
          into.counter ?? { value: 0, exemplar: null, createdTimestamp: null, unknownFields: null },
          readCounter,
        );
        break;
      case 34: // summary = 4
        into.summary = readInto(reader, into.summary ?? createSummary(), readSummary);
        break;
      case 42: // untyped = 5
        into.untyped = readInto(reader, into.untyped ?? { value: 0, unknownFields: null }, readGauge);
        break;
      case 48: // timestamp_ms = 6
        into.timestampMs = reader.int64();
        break;
      case 58: // histogram = 7
        into.histogram = readInto(reader, into.histogram ?? createHistogram(), readHistogram);
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}

function readGauge(reader: WireReader, into: Draft<Gauge>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    // value = 1
    if (tag === 9) into.value = reader.double();
    else keepUnknownField(reader, tag, start, into);
  }
}

function readCounter(reader: WireReader, into: Draft<Counter>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 9: // value = 1
        into.value = reader.double();
        break;
      case 18: // exemplar = 2
        into.exemplar = readInto(reader, into.exemplar ?? createExemplar(), readExemplar);
        break;
      case 26: // created_timestamp = 3
        into.createdTimestamp = readInto(reader, into.createdTimestamp ?? createTimestamp(), readTimestamp);
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}

function readSummary(reader: WireReader, into: Draft<Summary>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 8: // sample_count = 1
        into.sampleCount = reader.uint64();
        break;
      case 17: // sample_sum = 2
        into.sampleSum = reader.double();
        break;
      case 26: // quantile = 3
        into.quantiles.push(readItem(reader, { quantile: 0, value: 0, unknownFields: null }, readQuantile));
        break;
      case 34: // created_timestamp = 4
        into.createdTimestamp = readInto(reader, into.createdTimestamp ?? createTimestamp(), readTimestamp);
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}

function readQuantile(reader: WireReader, into: Draft<Quantile>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 9: // quantile = 1
        into.quantile = reader.double();
        break;
      case 17: // value = 2
        into.value = reader.double();
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}
