import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import path from 'node:path';
import type { Collection, Collector, CollectorChoice } from '../collector.ts';
import type { NetworkConfig, TrafficUnit } from '../config/agent-config.ts';
import { interfacesMax } from '../limits.ts';
import { type MetricDefinition, MetricSheet } from '../metric-sheet.ts';
import { type DirectionCounters, growthOf, type InterfaceCounters, parseNetDev } from './network-counters.ts';

const directions = [
  { key: 'received', word: 'input', verb: 'received' },
  { key: 'transmitted', word: 'output', verb: 'sent' },
] as const;

type Direction = (typeof directions)[number];

const countedThings = ['bytes', 'packets', 'errors', 'drops'] as const satisfies readonly (keyof DirectionCounters)[];

const rates = directions.map(({ word, verb }): MetricDefinition => ({
  name: `network_traffic_${word}`,
  type: 'gauge',
  help: `What the interface ${verb} per second since the last collection, in the unit of the label.`,
}));
const counters = directions.map(({ word, verb }) =>
  countedThings.map((thing): MetricDefinition => ({
    name: `network_traffic_${word}_${thing}_total`,
    type: 'counter',
    help:
      thing === 'bytes' || thing === 'packets'
        ? `${capitalize(thing)} that the interface ${verb}.`
        : `${capitalize(thing)} of what the interface ${verb}.`,
  })),
);
const addressInfo: MetricDefinition = {
  name: 'network_interface_address_info',
  type: 'gauge',
  help: 'Every address of an interface. Always 1.',
};

export const networkMetrics: readonly MetricDefinition[] = [...rates, ...counters.flat(), addressInfo];

/** How many of these make one byte. */
const perByte: Readonly<Record<TrafficUnit, number>> = { 'Byte/s': 1, 'KByte/s': 1 / 1024, 'bit/s': 8 };

/** What the collector asks of the machine. */
export interface NetworkSource {
  /** The text of `/proc/net/dev`; `null` on a system that has none. */
  readCounters(): string | null;
  addresses(): NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** A clock that never goes back. */
  nowMs(): number;
}

export function chooseNetworkCollector(config: NetworkConfig): CollectorChoice {
  const file = path.join(config.procfs, 'net', 'dev');
  const hasCounters = existsSync(file);
  const source: NetworkSource = {
    readCounters: () => (hasCounters ? readFileSync(file, 'utf8') : null),
    addresses: networkInterfaces,
    nowMs: () => performance.now(),
  };
  const lack = `this system (${process.platform}) has no ${file}, so there are no network counters and rates, only addresses`;
  return { collector: new NetworkCollector(config, source), lack: hasCounters ? null : lack };
}

/** Bytes, packets, errors and drops of each interface, and what they come to per second. */
export class NetworkCollector implements Collector {
  readonly #config: NetworkConfig;
  readonly #source: NetworkSource;
  /** The collection before. Interfaces that have gone are forgotten with it. */
  #before: { readonly atMs: number; readonly counters: ReadonlyMap<string, InterfaceCounters> } = { atMs: 0, counters: new Map() };

  constructor(config: NetworkConfig, source: NetworkSource) {
    this.#config = config;
    this.#source = source;
  }

  async collect(): Promise<Collection> {
    const { instance } = this.#config;
    const addresses = this.#source.addresses();
    const atMs = this.#source.nowMs();
    const wanted = parseNetDev(this.#source.readCounters() ?? '').filter(({ name }) => this.#isWanted(name));
    const interfaces = wanted.slice(0, interfacesMax);
    const sheet = new MetricSheet();
    for (const found of interfaces) {
      const labels = { adapter_name: found.name, ip: chooseAddress(addresses[found.name] ?? []), instance };
      this.#addRates(sheet, found, labels, atMs);
      for (const [i, { key }] of directions.entries()) addCounters(sheet, counters[i] ?? [], found[key], labels);
    }
    this.#before = { atMs, counters: new Map(interfaces.map((found) => [found.name, found])) };
    for (const [name, all = []] of Object.entries(addresses)) {
      if (this.#isWanted(name)) addAddresses(sheet, name, instance, all);
    }
    const problem = wanted.length > interfacesMax ? `only ${interfacesMax} of ${wanted.length} interfaces are taken; exclude some` : null;
    return { families: sheet.families(), problem };
  }

  #isWanted(name: string): boolean {
    const { include, exclude } = this.#config;
    return include.matches(name) && exclude?.matches(name) !== true;
  }

  /** An interface that was not there before has no rate yet. */
  #addRates(sheet: MetricSheet, found: InterfaceCounters, labels: Readonly<Record<string, string>>, atMs: number): void {
    const before = this.#before.counters.get(found.name);
    const seconds = (atMs - this.#before.atMs) / 1000;
    if (before === undefined || seconds <= 0) return;
    const { unit } = this.#config;
    const rateOf = ({ key }: Direction): number => (growthOf(before[key].bytes, found[key].bytes) / seconds) * perByte[unit];
    for (const [i, direction] of directions.entries()) {
      const definition = rates[i];
      if (definition !== undefined) sheet.add(definition, { ...labels, unit }, rateOf(direction));
    }
  }
}

function addCounters(
  sheet: MetricSheet,
  definitions: readonly MetricDefinition[],
  found: DirectionCounters,
  labels: Readonly<Record<string, string>>,
): void {
  for (const [i, definition] of definitions.entries()) sheet.add(definition, labels, found[countedThings[i] ?? 'bytes']);
}

function addAddresses(sheet: MetricSheet, name: string, instance: string, all: readonly NetworkInterfaceInfo[]): void {
  // The same address may be there twice with scopes of their own.
  const known = new Map(all.map(({ address, family, mac }) => [address, { family, mac }]));
  for (const [address, { family, mac }] of known) sheet.add(addressInfo, { adapter_name: name, address, family, mac, instance }, 1);
}

/** The address in the label `ip`: the first of IPv4, or else of IPv6; empty for an interface without any. */
function chooseAddress(all: readonly NetworkInterfaceInfo[]): string {
  return (all.find(({ family }) => family === 'IPv4') ?? all[0])?.address ?? '';
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
