import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { NetworkCollector } from '../../../src/agent/collectors/network.ts';
import { parseNetDev } from '../../../src/agent/collectors/network-counters.ts';
import type { NetworkConfig } from '../../../src/agent/config/agent-config.ts';
import { linesOf, readConfig } from '../support.ts';

const heading = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;

test('the lines of /proc/net/dev are read, odd ones left out', () => {
  const direction = (bytes: number, packets: number, errors: number, drops: number) => ({ bytes, packets, errors, drops });
  const f = (text: string, want: ReturnType<typeof parseNetDev>): void => {
    expect(parseNetDev(heading + text), text).toEqual(want);
  };
  f('  eth0: 100 2 3 4 0 0 0 0 500 6 7 8 0 0 0 0\n', [
    { name: 'eth0', received: direction(100, 2, 3, 4), transmitted: direction(500, 6, 7, 8) },
  ]);
  // Old kernels leave no blank behind the colon, and an alias has a colon in its name.
  f('eth0:1:9 1 0 0 0 0 0 0 8 1 0 0 0 0 0 0\n', [{ name: 'eth0:1', received: direction(9, 1, 0, 0), transmitted: direction(8, 1, 0, 0) }]);
  f('', []);
  f('eth0: 1 2 3\nnonsense\n', []);
});

function makeCollector(options: string, samples: { text: string; atMs: number }[]): NetworkCollector {
  const { source } = readConfig(`collectors: [{ kind: network${options} }]`).collectors[0] ?? {};
  let at = -1;
  const addresses = { eth0: [{ address: '10.0.0.1', family: 'IPv4', mac: '00:11' } as NetworkInterfaceInfo] };
  return new NetworkCollector(source as NetworkConfig, {
    readCounters: () => samples[++at]?.text ?? null,
    addresses: () => addresses,
    nowMs: () => samples[Math.max(at, 0) + (at < 0 ? 0 : 1)]?.atMs ?? 0,
  });
}

const line = (name: string, received: number, sent: number): string => `${name}: ${received} 1 2 3 0 0 0 0 ${sent} 4 5 6 0 0 0 0\n`;
const labels = 'adapter_name="eth0",ip="10.0.0.1",instance="host1"';

test('rates come with the second collection, beside the counters', async () => {
  const collector = makeCollector('', [
    { text: line('eth0', 1000, 50), atMs: 1000 },
    { text: line('eth0', 3000, 100), atMs: 3000 },
  ]);
  const first = linesOf(await collector.collect());
  expect(first.filter((text) => /^network_traffic_(in|out)put\{/.test(text))).toEqual([]);
  expect(first).toContain(`network_traffic_input_bytes_total{${labels}} 1000`);
  expect(first).toContain(`network_traffic_input_drops_total{${labels}} 3`);
  expect(first).toContain(`network_traffic_output_packets_total{${labels}} 4`);
  expect(first).toContain(
    `network_interface_address_info{adapter_name="eth0",address="10.0.0.1",family="IPv4",mac="00:11",instance="host1"} 1`,
  );
  const second = linesOf(await collector.collect());
  expect(second).toContain(`network_traffic_input{${labels},unit="Byte/s"} 1000`);
  expect(second).toContain(`network_traffic_output{${labels},unit="Byte/s"} 25`);
});

test('the unit of the rates can be chosen', async () => {
  const f = async (unit: string, want: number): Promise<void> => {
    const collector = makeCollector(`, unit: ${unit}`, [
      { text: line('eth0', 0, 0), atMs: 0 },
      { text: line('eth0', 2048, 0), atMs: 1000 },
    ]);
    await collector.collect();
    expect(linesOf(await collector.collect())).toContain(`network_traffic_input{${labels},unit="${unit}"} ${want}`);
  };
  await f('Byte/s', 2048);
  await f('KByte/s', 2);
  await f('bit/s', 16_384);
});

test('a counter that began anew counts from zero, and an interface that was not there has no rate yet', async () => {
  const collector = makeCollector('', [
    { text: line('eth0', 4_000_000_000, 10), atMs: 0 },
    { text: line('eth0', 500, 20) + line('tun0', 7_000_000, 1), atMs: 1000 },
    { text: line('tun0', 7_000_100, 1), atMs: 2000 },
    { text: line('eth0', 900_000_000, 20) + line('tun0', 7_000_100, 1), atMs: 3000 },
  ]);
  await collector.collect();
  const rates = async (): Promise<string[]> =>
    linesOf(await collector.collect()).filter((text) => text.startsWith('network_traffic_input{'));
  expect(await rates()).toEqual([`network_traffic_input{${labels},unit="Byte/s"} 500`]);
  const tunnel = 'adapter_name="tun0",ip="",instance="host1",unit="Byte/s"';
  expect(await rates()).toEqual([`network_traffic_input{${tunnel}} 100`]);
  // eth0 is back: what it counted while nobody looked is no rate.
  expect(await rates()).toEqual([`network_traffic_input{${tunnel}} 0`]);
});

test('interfaces are chosen by name, as a whole', async () => {
  const text = line('eth0', 1, 1) + line('eth01', 1, 1) + line('lo', 1, 1);
  const f = async (options: string, want: string[]): Promise<void> => {
    const lines = linesOf(await makeCollector(options, [{ text, atMs: 0 }]).collect());
    const names = lines.flatMap((found) => /^network_traffic_input_bytes_total\{adapter_name="(\w+)"/.exec(found)?.[1] ?? []);
    expect(names, options).toEqual(want);
  };
  await f('', ['eth0', 'eth01', 'lo']);
  await f(', include: eth0', ['eth0']);
  await f(', exclude: lo', ['eth0', 'eth01']);
  await f(', include: "eth.*", exclude: ".*1"', ['eth0']);
});
