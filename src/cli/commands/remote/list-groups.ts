import type { GroupList, GroupSummary } from '../../../api/types.ts';
import { groupSorts } from '../../../api/v1/handle-groups.ts';
import { readWord } from '../../../api/v1/query.ts';
import type { CommandIo } from '../command.ts';
import { groupsPerRequest } from '../limits.ts';
import { type GatewayApi, orPlainly } from './gateway-api.ts';
import { PlainGateway } from './plain-gateway.ts';

export interface GroupQuery {
  readonly selectors: readonly string[];
  readonly search?: string | undefined;
  readonly state?: string | undefined;
  readonly sort?: string | undefined;
  /** How many groups at most; `Infinity`: all. */
  readonly limit: number;
}

export interface GroupPage {
  readonly groups: readonly GroupSummary[];
  /** Of all pages. */
  readonly matched: number;
}

/** The groups that fit, page after page as they come from the gateway. */
export async function* listGroups(api: GatewayApi, { selectors, search, state, sort, limit }: GroupQuery): AsyncGenerator<GroupPage> {
  const query = new URLSearchParams(selectors.map((selector): [string, string] => ['match[]', selector]));
  for (const [name, value] of Object.entries({ search, state, sort })) if (value !== undefined) query.set(name, value);
  let left = limit;
  while (left > 0) {
    query.set('limit', String(Math.min(left, groupsPerRequest)));
    const page = await orPlainly<ListedGroups>(
      () => api.request<GroupList>('GET', `groups?${query.toString()}`, 'list the groups'),
      () => listPlainly(api, selectors, query, limit),
    );
    yield { groups: page.groups, matched: Math.min(page.matched, limit) };
    left -= page.groups.length;
    if (page.next_cursor === null) return;
    query.set('cursor', page.next_cursor);
  }
}

/** All of them as one page. */
async function listPlainly(api: GatewayApi, selectors: readonly string[], query: URLSearchParams, limit: number): Promise<ListedGroups> {
  const gateway = await PlainGateway.read(api);
  const state = readWord(query, 'state', ['ok', 'failed']);
  const groups = gateway.list(selectors, query.get('search') ?? '', state, readWord(query, 'sort', groupSorts) ?? 'job', limit);
  return { groups, matched: groups.length, next_cursor: null };
}

type ListedGroups = Pick<GroupList, 'groups' | 'matched' | 'next_cursor'>;

/** Tells a terminal how far a long work is, on one line that is gone at the end. Says nothing to anything else. */
export class Progress {
  readonly #stream: CommandIo['stderr'];
  #width = 0;

  constructor(stream: CommandIo['stderr']) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (this.#stream.isTTY !== true) return;
    this.#stream.write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  clear(): void {
    if (this.#width === 0) return;
    this.#stream.write(`\r${' '.repeat(this.#width)}\r`);
    this.#width = 0;
  }
}
