import { groupsState, type GroupsViewState } from './view-state.ts';

let last: GroupsViewState = groupsState;

/** The list as it was last seen, so that the way back from a group leads to the same search. */
export function lastGroupsState(): GroupsViewState {
  return last;
}

export function rememberGroupsState(state: GroupsViewState): void {
  last = state;
}
