import { expect, test } from 'vitest';
import {
  deletedSort,
  formatViewState,
  groupsState,
  openGroup,
  parseViewState,
  tryState,
  type ViewState,
} from '../../../src/ui/url/view-state.ts';

test('a view is the same after the way through the address', () => {
  const f = (state: ViewState): void => expect(parseViewState(formatViewState(state))).toEqual(state);
  f(groupsState);
  f({ ...groupsState, hidden: [] });
  f({
    ...groupsState,
    search: 'a b&c#d%',
    selector: '{job=~"n.*",x!="\u{1F680}"}',
    outcome: 'failed',
    sort: 'job',
    hidden: ['bytes', 'labels'],
  });
  f({ ...groupsState, outcome: 'deleted', sort: deletedSort });
  f(openGroup('a/b=?&#'));
  f({ ...openGroup('x'), tab: 'history', name: 'bytes', flipped: ['one', 'two "quoted"'] });
  f({
    ...tryState,
    method: 'PUT',
    job: 'nightly',
    labels: [
      { name: 'instance', value: '' },
      { name: '', value: 'v' },
    ],
    body: 'a 1\nb{c="d"} 2\n',
  });
  f({ kind: 'status' });
});

test('what is as usual is left out of the address', () => {
  const f = (state: ViewState, want: string): void => expect(formatViewState(state)).toBe(want);
  f(groupsState, '#/groups');
  f({ ...groupsState, search: 'x' }, '#/groups?q=x');
  f(openGroup('id'), '#/groups/id');
  f(tryState, '#/try');
  f({ kind: 'status' }, '#/status');
});

test('an address that makes no sense shows the groups', () => {
  const f = (fragment: string, want: ViewState): void => expect(parseViewState(fragment)).toEqual(want);
  f('', groupsState);
  f('#', groupsState);
  f('#/nonsense?x=y', groupsState);
  f('#/groups?state=sideways', groupsState);
  f('#/groups/', groupsState);
  f('#/groups/%E0%A4%A', openGroup('%E0%A4%A'));
});

test('a body too long for an address is left out of it', () => {
  const address = formatViewState({ ...tryState, job: 'a', body: 'x 1\n'.repeat(2000) });
  expect(address).toBe('#/try?job=a');
});
