/**
 * What the page shows, as it stands in the fragment of its address. The fragment, because the page then is one document under any
 * route prefix, and the server never sees what is looked for.
 */
export type ViewState = GroupsViewState | GroupViewState | TryViewState | { readonly kind: 'status' };

export interface GroupsViewState {
  readonly kind: 'groups';
  readonly search: string;
  /** PromQL label matchers, `''` for none. */
  readonly selector: string;
  readonly outcome: Outcome;
  readonly sort: string;
  /** Columns that are not shown. */
  readonly hidden: readonly string[];
}

export type Outcome = 'all' | 'ok' | 'failed' | 'deleted';

export interface GroupViewState {
  readonly kind: 'group';
  readonly id: string;
  readonly tab: GroupTab;
  /** Part of the names of the families that are listed. */
  readonly name: string;
  /** Names of the families that are open although they are closed at first, or the other way round. */
  readonly flipped: readonly string[];
}

export type GroupTab = 'metrics' | 'history';

export interface TryViewState {
  readonly kind: 'try';
  readonly method: 'POST' | 'PUT';
  readonly job: string;
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly body: string;
}

/** Newest first: who opens the page at night looks for what happened last. */
export const defaultSort = '-last_push';

/** Of deleted groups, that is when they were deleted. */
export const deletedSort = '-deleted';

/** Longer bodies are left out of the address: browsers and chat programs cut long ones. */
const bodyCharsMax = 4000;

/** What fits on a usual screen is there at first; who wants more finds it. */
const defaultHidden: readonly string[] = ['source'];

export const groupsState: GroupsViewState = {
  kind: 'groups',
  search: '',
  selector: '',
  outcome: 'all',
  sort: defaultSort,
  hidden: defaultHidden,
};
export const tryState: TryViewState = { kind: 'try', method: 'POST', job: '', labels: [], body: '' };

/** Reads a fragment such as `#/groups?q=nightly&state=failed`. What it does not know becomes the default: an old address still shows something. */
export function parseViewState(fragment: string): ViewState {
  const [path, query = ''] = splitOnce(fragment.replace(/^#?\/?/, ''), '?');
  const [view, id] = splitOnce(path, '/');
  const params = new URLSearchParams(query);
  if (view === 'try') return parseTry(params);
  if (view === 'status') return { kind: 'status' };
  return view === 'groups' && id !== undefined && id !== '' ? parseGroup(decodeText(id), params) : parseGroups(params);
}

/** The inverse of `parseViewState`, without what is as it is by default. */
export function formatViewState(state: ViewState): string {
  switch (state.kind) {
    case 'groups':
      return joinQuery('#/groups', [
        ['q', state.search],
        ['match', state.selector],
        ['state', state.outcome === 'all' ? '' : state.outcome],
        ['sort', state.sort === defaultSort ? '' : state.sort],
        ['hide', formatHidden(state.hidden)],
      ]);
    case 'group':
      return joinQuery(`#/groups/${encodeURIComponent(state.id)}`, [
        ['tab', state.tab === 'metrics' ? '' : state.tab],
        ['name', state.name],
        ...state.flipped.map((name) => ['flip', name] as const),
      ]);
    case 'try':
      return joinQuery('#/try', [
        ['method', state.method === tryState.method ? '' : state.method],
        ['job', state.job],
        ...state.labels.flatMap(({ name, value }) => [['label', name] as const, ['value', value] as const]),
        ['body', isBodyInAddress(state) ? state.body : ''],
      ]);
    case 'status':
      return '#/status';
  }
}

/** Whether `formatViewState` keeps the body: a long one stays in the form alone. */
export function isBodyInAddress({ body }: TryViewState): boolean {
  return body.length <= bodyCharsMax;
}

/** The view of one group with nothing else chosen. */
export function openGroup(id: string): GroupViewState {
  return { kind: 'group', id, tab: 'metrics', name: '', flipped: [] };
}

function parseGroups(params: URLSearchParams): GroupsViewState {
  const outcome = params.get('state');
  return {
    kind: 'groups',
    search: params.get('q') ?? '',
    selector: params.get('match') ?? '',
    outcome: outcome === 'ok' || outcome === 'failed' || outcome === 'deleted' ? outcome : 'all',
    sort: params.get('sort') ?? defaultSort,
    hidden: parseHidden(params.get('hide')),
  };
}

function parseHidden(text: string | null): readonly string[] {
  return text === null ? defaultHidden : text.split(',').filter((column) => column !== '' && column !== 'none');
}

function formatHidden(hidden: readonly string[]): string {
  if (hidden.join(',') === defaultHidden.join(',')) return '';
  return hidden.length === 0 ? 'none' : hidden.join(',');
}

function parseGroup(id: string, params: URLSearchParams): GroupViewState {
  return {
    kind: 'group',
    id,
    tab: params.get('tab') === 'history' ? 'history' : 'metrics',
    name: params.get('name') ?? '',
    flipped: params.getAll('flip'),
  };
}

function parseTry(params: URLSearchParams): TryViewState {
  const values = params.getAll('value');
  return {
    kind: 'try',
    method: params.get('method') === 'PUT' ? 'PUT' : 'POST',
    job: params.get('job') ?? '',
    labels: params.getAll('label').map((name, index) => ({ name, value: values[index] ?? '' })),
    body: params.get('body') ?? '',
  };
}

function joinQuery(path: string, pairs: readonly (readonly [string, string])[]): string {
  const params = new URLSearchParams();
  for (const [key, value] of pairs) if (value !== '' || key === 'label' || key === 'value') params.append(key, value);
  const query = params.toString();
  return query === '' ? path : `${path}?${query}`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A cut-off percent escape in an address that was mangled on its way is text like any other. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
