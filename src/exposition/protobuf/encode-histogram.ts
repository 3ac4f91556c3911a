import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Bucket, BucketSpan, Histogram, NativeBuckets } from '../../model/metric-family.ts';
import { writeExemplar, writeMessage, writeTimestamp, writeUnknown } from './encode-exemplar.ts';

export function writeHistogram(writer: BinaryWriter, histogram: Histogram): void {
  const { sampleCount, sampleCountFloat } = histogram;
  if (isCountWritten(sampleCount, sampleCountFloat)) writer.uint32(8).uint64(sampleCount); // sample_count = 1
  writer.uint32(17).double(histogram.sampleSum); // sample_sum = 2
  for (const bucket of histogram.buckets) writeMessage(writer, 26, bucket, writeBucket); // bucket = 3
  if (!Object.is(sampleCountFloat, 0)) writer.uint32(33).double(sampleCountFloat); // sample_count_float = 4
  if (histogram.native !== null) writeNativeBuckets(writer, histogram.native);
  if (histogram.createdTimestamp !== null) writeMessage(writer, 122, histogram.createdTimestamp, writeTimestamp); // created_timestamp = 15
  for (const exemplar of histogram.exemplars) writeMessage(writer, 130, exemplar, writeExemplar); // exemplars = 16
  writeUnknown(writer, histogram);
}

/** A float histogram counts in its float fields only; the others always say their count. */
function isCountWritten(count: bigint, countFloat: number): boolean {
  return count !== 0n || Object.is(countFloat, 0);
}

function writeBucket(writer: BinaryWriter, bucket: Bucket): void {
  const { cumulativeCount, cumulativeCountFloat } = bucket;
  if (isCountWritten(cumulativeCount, cumulativeCountFloat)) writer.uint32(8).uint64(cumulativeCount); // cumulative_count = 1
  writer.uint32(17).double(bucket.upperBound); // upper_bound = 2
  if (bucket.exemplar !== null) writeMessage(writer, 26, bucket.exemplar, writeExemplar); // exemplar = 3
  if (!Object.is(cumulativeCountFloat, 0)) writer.uint32(33).double(cumulativeCountFloat); // cumulative_count_float = 4
  writeUnknown(writer, bucket);
}

function writeNativeBuckets(writer: BinaryWriter, native: NativeBuckets): void {
  if (native.schema !== null) writer.uint32(40).sint32(native.schema); // schema = 5
  if (native.zeroThreshold !== null) writer.uint32(49).double(native.zeroThreshold); // zero_threshold = 6
  if (native.zeroCount !== null) writer.uint32(56).uint64(native.zeroCount); // zero_count = 7
  if (native.zeroCountFloat !== null) writer.uint32(65).double(native.zeroCountFloat); // zero_count_float = 8
  for (const span of native.negativeSpans) writeMessage(writer, 74, span, writeSpan); // negative_span = 9
  for (const delta of native.negativeDeltas) writer.uint32(80).sint64(delta); // negative_delta = 10
  for (const count of native.negativeCounts) writer.uint32(89).double(count); // negative_count = 11
  for (const span of native.positiveSpans) writeMessage(writer, 98, span, writeSpan); // positive_span = 12
  for (const delta of native.positiveDeltas) writer.uint32(104).sint64(delta); // positive_delta = 13
  for (const count of native.positiveCounts) writer.uint32(113).double(count); // positive_count = 14
}

function writeSpan(writer: BinaryWriter, span: BucketSpan): void {
  writer.uint32(8).sint32(span.offset); // offset = 1
  writer.uint32(16).uint32(span.length); // length = 2
  writeUnknown(writer, span);
}
