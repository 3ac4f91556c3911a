import { encodeFamilyMessage } from '../../exposition/protobuf/codec.ts';
import { readFamily } from '../../exposition/store-family.ts';
import type { Group } from '../../model/group.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import { createPushFailureTimeFamily, createPushTimeFamily } from '../../store/push-times.ts';
import { encodeGoTime } from '../import-pushgateway/go-time.ts';
import { GobWriter } from './gob-writer.ts';

/** What `writePushgatewayFile` made of some groups. */
export interface PushgatewayFile {
  /** In order. */
  readonly chunks: readonly Uint8Array[];
  /** Names of families that are not in it, since the Go Pushgateway has families of its own of these names. */
  readonly leftOut: ReadonlySet<string>;
}

/**
 * Makes a persistence file of the Go Pushgateway of some groups, with their push times: it starts with it as if it had taken the pushes.
 * Families that begin as its own do are left out, since it checks them against its own only while it is scraped, and then fails the scrape
 * as a whole. Does not check whether the groups contradict each other.
 */
export function writePushgatewayFile(groups: Iterable<Group>): PushgatewayFile {
  const leftOut = new Set<string>();
  const all = [...groups];
  const value = new GobWriter().int(typeNumbers.store).uint(0).uint(all.length);
  for (const group of all) writeGroup(value, group, leftOut);
  const file = new GobWriter();
  for (const definition of defineTypes()) file.message(definition);
  return { chunks: file.message(value).chunks, leftOut };
}

/** Numbers of types in this stream; those of types of its own begin at 65. */
const typeNumbers = { string: 6, store: 65, group: 66, labels: 67, families: 68, family: 69, time: 70, message: 71 } as const;

/** A struct that ends has a 0 where the number of its next field would be, counted from its last one. */
const endOfStruct = 0;

/** map[string]MetricGroup; MetricGroup{Labels, Metrics}; Metrics map[string]TimestampedMetricFamily{Timestamp, GobbableMetricFamily}. */
function defineTypes(): GobWriter[] {
  const { string, store, group, labels, families, family, time, message } = typeNumbers;
  return [
    defineMap(store, 'GroupingKeyToMetricGroup', string, group),
    defineStruct(group, 'MetricGroup', { Labels: labels, Metrics: families }),
    defineMap(labels, 'map[string]string', string, string),
    defineMap(families, 'NameToTimestampedMetricFamilyMap', string, family),
    defineStruct(family, 'TimestampedMetricFamily', { Timestamp: time, GobbableMetricFamily: message }),
    defineEncoded(time, 'Time'),
    defineEncoded(message, 'GobbableMetricFamily'),
  ];
}

/** Opens a definition: the kind is the number of a field of gob's `wireType`, and its first field are name and number of the type. */
function define(number: number, kind: number, name: string): GobWriter {
  return new GobWriter().int(-number).uint(kind).uint(1).uint(1).text(name).uint(1).int(number).uint(endOfStruct);
}

function defineMap(number: number, name: string, key: number, element: number): GobWriter {
  return define(number, 4, name).uint(1).int(key).uint(1).int(element).uint(endOfStruct).uint(endOfStruct);
}

function defineStruct(number: number, name: string, fields: Readonly<Record<string, number>>): GobWriter {
  const entries = Object.entries(fields);
  const definition = define(number, 3, name).uint(1).uint(entries.length);
  for (const [field, type] of entries) definition.uint(1).text(field).uint(1).int(type).uint(endOfStruct);
  return definition.uint(endOfStruct).uint(endOfStruct);
}

/** A type that writes itself as bytes. */
function defineEncoded(number: number, name: string): GobWriter {
  return define(number, 5, name).uint(endOfStruct).uint(endOfStruct);
}

function writeGroup(writer: GobWriter, group: Group, leftOut: Set<string>): void {
  const { labels } = group.key;
  writer.bytes(encodeKey(group)).uint(1).uint(labels.length);
  for (const { name, value } of labels) writer.text(name).text(value);
  const families = [createPushTimeFamily(group), createPushFailureTimeFamily(group)];
  for (const family of group.families.values()) {
    if (ownOfPushgateway.test(family.name)) leftOut.add(family.name);
    else families.push(family);
  }
  writer.uint(1).uint(families.length);
  for (const family of families) writeFamily(writer, family);
  writer.uint(endOfStruct);
}

const ownOfPushgateway = /^(?:go|process|promhttp|pushgateway)_/;

function writeFamily(writer: GobWriter, stored: StoredFamily): void {
  writer.text(stored.name).uint(1).bytes(encodeGoTime(stored.pushedAtMs));
  writer
    .uint(1)
    .bytes(encodeFamilyMessage(readFamily(stored)))
    .uint(endOfStruct);
}

/** Names and values of the labels by name, with the byte 255, which is in no UTF-8, between all of them. */
function encodeKey({ key }: Group): Uint8Array {
  const parts = key.labels.flatMap(({ name, value }) => [name, value]);
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [Buffer.of(0xff), Buffer.from(part)])));
}
