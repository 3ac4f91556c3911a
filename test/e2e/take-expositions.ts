import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readExposition } from '../fuzz/exposition.ts';
import { commandOf } from '../support/debian.ts';
import { type RunningServer, startProcess, startReference } from '../support/server.ts';
import { eventually, push, scrape } from './target.ts';

const listen = '--web.listen-address=127.0.0.1:{port}';
/** Collectors that the node exporter leaves off by default and that need neither hardware nor a daemon. */
const moreCollectors = ['buddyinfo', 'cgroups', 'ethtool', 'interrupts', 'ksmd', 'lnstat', 'meminfo_numa', 'mountstats', 'network_route', 'processes', 'qdisc', 'slabinfo', 'softnet', 'sysctl', 'tcpstat', 'zoneinfo']; // prettier-ignore
const sysctlFolders = ['kernel', 'vm', 'net/ipv4', 'net/core', 'net/ipv6'];

/**
 * What running servers of Debian expose at this moment: prometheus, the node exporter as it comes, the pushgateway with a group in
 * it, the node exporter with all that it can collect, and the last one and prometheus in one body (more than 1,000 families).
 */
export async function takeRealExpositions(): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-real-'));
  const configuration = path.join(folder, 'prometheus.yml');
  writeFileSync(configuration, 'global: { scrape_interval: 1s }\nscrape_configs: []\n');
  const servers: RunningServer[] = [];
  try {
    const take = async (starting: Promise<RunningServer>): Promise<string> => {
      const server = await starting;
      servers.push(server);
      return scrape(server);
    };
    const prometheus = await take(
      startProcess(
        commandOf('prometheus'),
        [`--config.file=${configuration}`, `--storage.tsdb.path=${path.join(folder, 'tsdb')}`, listen],
        { ready: '/-/ready' },
      ),
    );
    const node = await take(startProcess(commandOf('prometheus-node-exporter'), [listen]));
    const wideNode = await take(startProcess(commandOf('prometheus-node-exporter'), [listen, ...wideFlags()]));
    const pushgateway = await take(startReference().then(withSomeRequests));
    return [prometheus, node, pushgateway, wideNode, unite(wideNode, prometheus)];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function wideFlags(): string[] {
  return [
    ...moreCollectors.map((name) => `--collector.${name}`),
    '--collector.netstat.fields=.*',
    '--collector.vmstat.fields=.*',
    ...sysctlFolders
      .filter((folder) => existsSync(`/proc/sys/${folder}`))
      .flatMap(numericSysctls)
      .map((name) => `--collector.sysctl.include=${name}`),
  ];
}

/** The kernel settings of one folder that are one number which the node exporter can read. */
function numericSysctls(folder: string): string[] {
  return readdirSync(`/proc/sys/${folder}`, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isSmallNumber(`/proc/sys/${folder}/${entry.name}`))
    .map((entry) => `${folder}/${entry.name}`.replaceAll('/', '.'));
}

function isSmallNumber(file: string): boolean {
  try {
    return /^-?\d{1,15}\n$/.test(readFileSync(file, 'latin1'));
  } catch {
    return false; // Some settings can only be written.
  }
}

/** Makes the pushgateway show its summaries of pushes. A delete is answered before it is done: the push times have to go first. */
async function withSomeRequests(server: RunningServer): Promise<RunningServer> {
  await push(server, '/metrics/job/some', 'some 1\n');
  await (await fetch(`${server.url}/metrics/job/some`, { method: 'DELETE' })).arrayBuffer();
  await eventually(2000, async () => ((await scrape(server)).includes('push_time_seconds') ? undefined : true));
  return server;
}

/** The first page and those families of the second that the first has not got. */
function unite(page: string, other: string): string {
  const present = readExposition(page);
  let isNew = false;
  const more = other.split('\n').filter((line) => {
    const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1];
    if (name !== undefined) isNew = !present.has(name);
    return isNew;
  });
  return `${page}${more.join('\n')}`.replace(/\n*$/, '\n');
}
