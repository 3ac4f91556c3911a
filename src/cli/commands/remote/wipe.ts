import type { GroupList } from '../../../api/types.ts';
import { PushRefusedError } from '../../../client/errors.ts';
import type { Command } from '../command.ts';
import { adminApiOff } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { confirm, yesOption } from './confirm.ts';
import { connectionOptions, readConnectionFlags } from './connection-flags.ts';
import { GatewayApi } from './gateway-api.ts';
import { count } from './terminal-text.ts';

const help = `
Deletes every group of a gateway that was started with --web.enable-admin-api. Asks first.
`;

/** `pushgate wipe`: everything goes. */
export const wipeCommand: Command = {
  help,
  options: [yesOption, ...connectionOptions],
  operandsMin: 0,
  operandsMax: 0,
  async run(args, io) {
    const connection = readConnectionFlags(args, io);
    const api = new GatewayApi(connection, io.signal);
    const what = args.has('yes') ? 'every group' : await countGroups(api);
    if (!(await confirm(`Delete ${what} of ${hostOf(String(connection.url))}?`, args, io))) {
      io.stderr.write('Nothing was deleted.\n');
      return exitCodes.done;
    }
    await wipe(api);
    io.stderr.write('Every group was deleted.\n');
    return exitCodes.done;
  },
};

/** A gateway that cannot count its groups is asked about all the same. */
async function countGroups(api: GatewayApi): Promise<string> {
  try {
    const { total } = await api.request<GroupList>('GET', 'groups?limit=1', 'count the groups');
    return total === 1 ? 'the one group' : `all ${count(total, 'group')}`;
  } catch (error) {
    if (error instanceof PushRefusedError) throw error;
    return 'every group';
  }
}

async function wipe(api: GatewayApi): Promise<void> {
  try {
    await api.send('PUT', 'api/v1/admin/wipe', 'wipe the gateway');
  } catch (error) {
    if (!(error instanceof PushRefusedError) || (error.status !== 404 && error.status !== 405)) throw error;
    throw adminApiOff('cannot wipe the gateway: its admin API is off; start it with --web.enable-admin-api', { cause: error });
  }
}

/** Without user and password. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the gateway';
}
