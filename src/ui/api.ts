import type {
  ApiError,
  ApiSuccess,
  ChangeEvent,
  Completions,
  DeleteResult,
  GroupDetail,
  GroupList,
  GroupState,
  LintRequest,
  LintResult,
  ServerStatus,
} from '../api/types.ts';
import { noteServerTime } from './server-clock.ts';

export type * from '../api/types.ts';

/** The one door to the server. All addresses are relative to the page, so that any route prefix works. */
const apiPath = 'api/v1/';

/** Groups of the first page, a few screens, and of those after it: who scrolls on scrolls far. */
const [groupsAtFirst, groupsPerPage] = [150, 500];

/** Characters of ids in one request: Node takes 16 KiB of request line and headers. */
const idCharsPerRequest = 8000;

/** An answer that is not what was asked for, or none at all: the message is for the person before the screen. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** 0: there was no answer. */
  readonly status: number;

  constructor(message: string, status: number, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** What asks again: no answer, or a server that has a fault or is still loading. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof RequestError && (error.status === 0 || error.status >= 500);
}

/** Address of the server as the browser sees it, with a slash at its end. */
export function serverAddress(): string {
  return new URL('.', location.href).href;
}

/** What narrows the list down. */
export interface GroupsFilter {
  readonly search: string;
  readonly selector: string;
  readonly outcome: 'all' | GroupState;
}

export interface GroupsQuery extends GroupsFilter {
  readonly sort: string;
}

export function listGroups(query: GroupsQuery, cursor: string | null, signal: AbortSignal): Promise<GroupList> {
  const params = filterParams(query);
  params.set('sort', query.sort);
  params.set('limit', String(cursor === null ? groupsAtFirst : groupsPerPage));
  if (cursor !== null) params.set('cursor', cursor);
  return requestData(`groups?${params.toString()}`, { signal });
}

function filterParams({ search, selector, outcome }: GroupsFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (search !== '') params.set('search', search);
  if (selector !== '') params.set('match[]', selector);
  if (outcome !== 'all') params.set('state', outcome);
  return params;
}

/** One group, also if it was deleted lately; `name` is a part of the names of the families to list. */
export function readGroup(id: string, name: string, cursor: string | null, signal: AbortSignal): Promise<GroupDetail> {
  const params = new URLSearchParams({ deleted: 'true' });
  if (name !== '') params.set('name', name);
  if (cursor !== null) params.set('cursor', cursor);
  return requestData(`groups/${encodeURIComponent(id)}?${params.toString()}`, { signal });
}

/** Deletes groups by their ids; how many went. Some may be gone when a later request fails: the error says how many. */
export async function deleteGroups(ids: readonly string[]): Promise<number> {
  let deleted = 0;
  for (const some of splitIds(ids)) {
    const params = new URLSearchParams(some.map((id) => ['id', id]));
    try {
      deleted += (await requestData<DeleteResult>(`groups?${params.toString()}`, { method: 'DELETE' })).matched;
    } catch (error) {
      if (deleted === 0 || !(error instanceof RequestError)) throw error;
      throw new RequestError(`${error.message} (${deleted} of ${ids.length} groups were deleted before)`, error.status, error);
    }
  }
  return deleted;
}

/** What `deleteMatches` would delete. */
export function findMatches(filter: GroupsFilter, signal: AbortSignal): Promise<DeleteResult> {
  const params = filterParams(filter);
  params.set('dry_run', 'true');
  return requestData(`groups?${params.toString()}`, { method: 'DELETE', signal });
}

/** Deletes all groups that the filter lets through, unless they are not as many as expected. */
export function deleteMatches(filter: GroupsFilter, expected: number): Promise<DeleteResult> {
  const params = filterParams(filter);
  params.set('expect', String(expected));
  return requestData(`groups?${params.toString()}`, { method: 'DELETE' });
}

function splitIds(ids: readonly string[]): string[][] {
  const parts: string[][] = [];
  let chars = Infinity;
  for (const id of ids) {
    chars += id.length + '&id='.length;
    if (chars > idCharsPerRequest) chars = parts.push([]) && id.length;
    parts.at(-1)?.push(id);
  }
  return parts;
}

/** Deletes everything; only where the admin API is on. */
export async function wipe(): Promise<void> {
  await request(`${apiPath}admin/wipe`, { method: 'PUT' });
}

export function lint(push: LintRequest, signal: AbortSignal): Promise<LintResult> {
  return requestData('lint', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(push), signal });
}

/** A real push. Resolves if the server took it. */
export async function sendPush(pushPath: string, method: 'POST' | 'PUT', body: string): Promise<void> {
  await request(pushPath, { method, headers: { 'Content-Type': 'text/plain; version=0.0.4' }, body });
}

export function readServer(signal: AbortSignal): Promise<ServerStatus> {
  return requestData('server', { signal });
}

/** Label names that have `part` in them, the most frequent first. */
export function completeLabelNames(part: string, signal: AbortSignal): Promise<Completions> {
  return requestData(`labels?${new URLSearchParams({ search: part }).toString()}`, { signal });
}

/** Values of a label that have `part` in them, the most frequent first. */
export function completeLabelValues(name: string, part: string, signal: AbortSignal): Promise<Completions> {
  return requestData(`label/${encodeURIComponent(name)}/values?${new URLSearchParams({ search: part }).toString()}`, { signal });
}

/** Whether events come in at the moment. */
export type Connection = 'open' | 'lost';

/** How long to wait before connecting again where the browser gives up: after an answer that is no stream, as a proxy gives for a stopped server. */
const reconnectMs = 3000;

/** Follows what changes on the server until the returned function is called, over lost connections too. */
export function followChanges(onChange: (change: ChangeEvent) => void, onConnection: (connection: Connection) => void): () => void {
  let source: EventSource;
  let timer: number | undefined;
  const connect = (): void => {
    source = new EventSource(new URL(`${apiPath}events`, location.href));
    source.addEventListener('open', () => onConnection('open'));
    source.addEventListener('error', () => {
      onConnection('lost');
      if (source.readyState === EventSource.CLOSED) timer = window.setTimeout(connect, reconnectMs);
    });
    source.addEventListener('change', ({ data }: MessageEvent<string>) => onChange(JSON.parse(data) as ChangeEvent));
  };
  connect();
  return () => {
    window.clearTimeout(timer);
    source.close();
  };
}

async function requestData<T>(path: string, init: RequestInit): Promise<T> {
  const response = await request(apiPath + path, init);
  return ((await response.json()) as ApiSuccess<T>).data;
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, serverAddress()), init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new RequestError('The server does not answer. Is it running, and is the network up?', 0, error);
  }
  noteServerTime(response);
  if (response.ok) return response;
  throw new RequestError(await explain(response), response.status);
}

/** Errors of the API are JSON, those of pushes plain text, and proxies on the way answer with pages of their own. */
async function explain(response: Response): Promise<string> {
  const text = (await response.text()).trim();
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('json')) return (JSON.parse(text) as ApiError).error;
  return text === '' || type.includes('html') ? `The server answered with ${response.status} ${response.statusText}.` : text;
}
