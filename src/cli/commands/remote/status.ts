import type { ServerStatus } from '../../../api/types.ts';
import type { Command, CommandIo } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { connectionOptions, readConnectionFlags } from './connection-flags.ts';
import { GatewayApi, orPlainly } from './gateway-api.ts';
import { createPainter, showPlainly } from './terminal-text.ts';
import { formatAge, formatBytes, formatSeconds } from './time-text.ts';

const help = `
Says how a gateway is: version, since when it runs, what it holds and where, who scrapes it. Ends with 1 if it takes no writes.
`;

/** What both gateways answer. */
interface PlainStatus {
  readonly build_information: Readonly<Record<string, string>>;
  readonly flags: Readonly<Record<string, string>>;
  readonly start_time: string;
}

/** `pushgate status`: the server behind the address. */
export const statusCommand: Command = {
  help,
  options: [{ name: 'json', help: 'Print what the gateway says as JSON.' }, ...connectionOptions],
  operandsMin: 0,
  operandsMax: 0,
  async run(args, io) {
    const api = new GatewayApi(readConnectionFlags(args, io), io.signal);
    const operation = 'ask for the status';
    const status = await orPlainly<ServerStatus | PlainStatus>(
      () => api.request<ServerStatus>('GET', 'server', operation),
      () => api.request<PlainStatus>('GET', 'status', operation),
    );
    if (args.has('json')) io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    else io.stdout.write(formatRows('storage' in status ? describeServer(status, io) : describePlainly(status, io)));
    return 'storage' in status && !status.storage.is_ready ? exitCodes.failed : exitCodes.done;
  },
};

type Row = readonly [name: string, value: string];

function describeServer({ version, start_time, storage, runtime, scrapes, is_admin_api_enabled }: ServerStatus, io: CommandIo): Row[] {
  const paint = createPainter(io.stdout, io.env);
  const state = storage.is_ready ? paint('yes', 'green') : paint(`no: ${showPlainly(storage.reason ?? 'unknown')}`, 'red');
  return [
    ['Pushgate', version],
    ['Takes writes', state],
    ['Running', `${formatSeconds(runtime.uptime_seconds)}, since ${start_time}`],
    ['Groups', String(storage.groups)],
    ['Families', String(storage.families)],
    ...(storage.inconsistent_families === 0
      ? []
      : [['Left out of scrapes', `${storage.inconsistent_families} families contradict others`] as const]),
    ['Kept in', storage.path === null ? 'memory only' : showPlainly(storage.path)],
    ['Memory', `${formatBytes(runtime.resident_bytes)} resident`],
    ['Admin API', is_admin_api_enabled ? 'on' : 'off'],
    ...scrapes.slice(0, 5).map(({ time, remote_address, user_agent }) => {
      return ['Scraped', `${formatAge(time, io.clock.nowMs())} by ${showPlainly(`${remote_address} ${user_agent ?? ''}`.trim())}`] as const;
    }),
  ];
}

function describePlainly({ build_information, start_time, flags }: PlainStatus, io: CommandIo): Row[] {
  const file = flags['persistence.file'] ?? '';
  return [
    ['Pushgateway', showPlainly(build_information['version'] ?? 'unknown')],
    ['Started', `${formatAge(start_time, io.clock.nowMs())}, at ${showPlainly(start_time)}`],
    ['Kept in', file === '' ? 'memory only' : showPlainly(file)],
  ];
}

function formatRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}
