import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Metric, MetricFamily } from '../../model/metric-family.ts';
import { decodedPartsMax, familiesMax, quotedBytesMax } from '../limits.ts';
import { refuseTooManyFamilies } from '../push-size.ts';
import { createFamilyDraft, readFamily } from './decode-family.ts';
import { writeFamily, writeMetrics } from './encode-family.ts';
import { protobufDecodeRefusal, protobufNoNameRefusal } from './errors.ts';
import { WireError, WireReader } from './wire-reader.ts';

/**
 * Reads a body of varint-length-delimited `io.prometheus.client.MetricFamily` messages (SPEC §5.4), in the order in which their names
 * come first; of two families with one name the later one wins. Names are only checked for being there. Nothing that is returned
 * looks into `body`. Refuses what is cut off or not protobuf, and says which family and which byte; and what is too much to be held.
 */
export function decodeDelimitedFamilies(body: Buffer): MetricFamily[] {
  const families = new Map<string, MetricFamily>();
  const reader = new WireReader(body, decodedPartsMax);
  for (let number = 1; hasMessageAhead(reader); number++) {
    if (number > familiesMax) throw refuseTooManyFamilies();
    const family = createFamilyDraft();
    reader.flaw = null;
    try {
      const outer = reader.enter();
      readFamily(reader, family);
      reader.leave(outer);
    } catch (error) {
      throw refuseFamily(error, `family ${number}`, family.name);
    }
    if (family.name === '') throw protobufNoNameRefusal(`cannot decode protobuf: family ${number} has no name`);
    family.flaw = reader.flaw;
    families.set(family.name, family);
  }
  return [...families.values()];
}

/** A 64-bit varint takes ten bytes at most. */
const lengthBytesMax = 10;

/** Whether a whole length prefix is ahead: the reference takes input that ends inside of one for the end (SPEC §5.4). */
function hasMessageAhead({ bytes, pos }: WireReader): boolean {
  const end = Math.min(pos + lengthBytesMax, bytes.length);
  let last = pos;
  while (last < end && (bytes[last] as number) >= 0x80) last++;
  return last < bytes.length;
}

function refuseFamily(error: unknown, which: string, name: string): unknown {
  if (!(error instanceof WireError)) return error;
  const named = name === '' ? which : `${which} (${JSON.stringify(name.slice(0, quotedBytesMax))})`;
  return protobufDecodeRefusal(`cannot decode protobuf: ${named}: ${error.message}`);
}

/**
 * Reads one message of ours that is not length-delimited, however large it is. Refuses what is not protobuf as `decodeDelimitedFamilies`
 * does; a missing name is no error here.
 */
export function decodeFamilyMessage(bytes: Uint8Array): MetricFamily {
  const reader = new WireReader(bytes, Infinity);
  const family = createFamilyDraft();
  try {
    readFamily(reader, family);
  } catch (error) {
    throw refuseFamily(error, 'metric family', family.name);
  }
  family.flaw = reader.flaw;
  return family;
}

/** The message alone. Its flaw is not part of it. */
export function encodeFamilyMessage(family: MetricFamily): Uint8Array {
  const writer = new BinaryWriter();
  writeFamily(writer, family);
  return writer.finish();
}

/** The message behind its length, as a protobuf scrape sends it. */
export function encodeDelimitedFamily(family: MetricFamily): Uint8Array {
  const writer = new BinaryWriter();
  writer.fork();
  writeFamily(writer, family);
  return writer.join().finish();
}

/** The metrics alone, as fields of a MetricFamily message. */
export function encodeMetrics(metrics: readonly Metric[]): Uint8Array {
  const writer = new BinaryWriter();
  writeMetrics(writer, metrics);
  return writer.finish();
}
