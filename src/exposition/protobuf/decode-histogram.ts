import type { Draft } from '../../model/metric-draft.ts';
import type { Bucket, BucketSpan, Histogram, NativeBuckets } from '../../model/metric-family.ts';
import { createExemplar, createTimestamp, readExemplar, readTimestamp } from './decode-exemplar.ts';
import { keepUnknownField, readInto, readItem, readPacked } from './draft.ts';
import type { WireReader } from './wire-reader.ts';

export function readHistogram(reader: WireReader, into: Draft<Histogram>): void {
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
      case 26: // bucket = 3
        into.buckets.push(readItem(reader, createBucket(), readBucket));
        break;
      case 33: // sample_count_float = 4
        into.sampleCountFloat = reader.double();
        break;
      case 122: // created_timestamp = 15
        into.createdTimestamp = readInto(reader, into.createdTimestamp ?? createTimestamp(), readTimestamp);
        break;
      case 130: // exemplars = 16
        into.exemplars.push(readItem(reader, createExemplar(), readExemplar));
        break;
      default:
        if (!readNativeField(reader, tag, into)) keepUnknownField(reader, tag, start, into);
    }
  }
}

function createBucket(): Draft<Bucket> {
  return { cumulativeCount: 0n, cumulativeCountFloat: 0, upperBound: 0, exemplar: null, unknownFields: null };
}

function readBucket(reader: WireReader, into: Draft<Bucket>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 8: // cumulative_count = 1
        into.cumulativeCount = reader.uint64();
        break;
      case 17: // upper_bound = 2
        into.upperBound = reader.double();
        break;
      case 26: // exemplar = 3
        into.exemplar = readInto(reader, into.exemplar ?? createExemplar(), readExemplar);
        break;
      case 33: // cumulative_count_float = 4
        into.cumulativeCountFloat = reader.double();
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}

function createNativeBuckets(): Draft<NativeBuckets> {
  return {
    schema: null,
    zeroThreshold: null,
    zeroCount: null,
    zeroCountFloat: null,
    negativeSpans: [],
    negativeDeltas: [],
    negativeCounts: [],
    positiveSpans: [],
    positiveDeltas: [],
    positiveCounts: [],
  };
}

/** Reads a field of the native part, which comes to be with its first field. Returns false for any other tag, and reads nothing. */
function readNativeField(reader: WireReader, tag: number, into: Draft<Histogram>): boolean {
  if (tag < 40 || tag > 114) return false;
  const native = into.native ?? createNativeBuckets();
  switch (tag) {
    case 40: // schema = 5
      native.schema = reader.sint32();
      break;
    case 49: // zero_threshold = 6
      native.zeroThreshold = reader.double();
      break;
    case 56: // zero_count = 7
      native.zeroCount = reader.uint64();
      break;
    case 65: // zero_count_float = 8
      native.zeroCountFloat = reader.double();
      break;
    case 74: // negative_span = 9
      native.negativeSpans.push(readItem(reader, createSpan(), readSpan));
      break;
    case 98: // positive_span = 12
      native.positiveSpans.push(readItem(reader, createSpan(), readSpan));
      break;
    default:
      if (!readNativeNumbers(reader, tag, native)) return false;
  }
  into.native = native;
  return true;
}

/** The repeated numbers: one a field, as the schema says, or packed, which every reader has to take as well. */
function readNativeNumbers(reader: WireReader, tag: number, native: Draft<NativeBuckets>): boolean {
  switch (tag) {
    case 80: // negative_delta = 10
      reader.countPart();
      native.negativeDeltas.push(reader.sint64());
      return true;
    case 82: // the same, packed
      readPacked(reader, () => native.negativeDeltas.push(reader.sint64()));
      return true;
    case 89: // negative_count = 11
      reader.countPart();
      native.negativeCounts.push(reader.double());
      return true;
    case 90: // the same, packed
      readPacked(reader, () => native.negativeCounts.push(reader.double()));
      return true;
    case 104: // positive_delta = 13
      reader.countPart();
      native.positiveDeltas.push(reader.sint64());
      return true;
    case 106: // the same, packed
      readPacked(reader, () => native.positiveDeltas.push(reader.sint64()));
      return true;
    case 113: // positive_count = 14
      reader.countPart();
      native.positiveCounts.push(reader.double());
      return true;
    case 114: // the same, packed
      readPacked(reader, () => native.positiveCounts.push(reader.double()));
      return true;
    default:
      return false;
  }
}

function createSpan(): Draft<BucketSpan> {
  return { offset: 0, length: 0, unknownFields: null };
}

function readSpan(reader: WireReader, into: Draft<BucketSpan>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 8: // offset = 1
        into.offset = reader.sint32();
        break;
      case 16: // length = 2
        into.length = reader.uint32();
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}
