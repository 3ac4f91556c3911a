import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { readGroup, RequestError } from '../api.ts';
import { DeleteDialog } from '../groups/delete-dialog.tsx';
import { useChanges } from '../live-changes.ts';
import { Problem } from '../parts/problem.tsx';
import { isWriting } from '../parts/use-slash-key.ts';
import { Waiting } from '../parts/waiting.tsx';
import { lastGroupsState } from '../url/last-groups-state.ts';
import { navigate } from '../url/use-view-state.ts';
import { formatViewState, type GroupViewState } from '../url/view-state.ts';
import { FamilyList } from './family-list.tsx';
import { GroupHead } from './group-head.tsx';
import styles from './group.module.css';
import { HistoryList } from './history-list.tsx';
import { mergeFamilies } from './merge-families.ts';

/** One group: what it holds, and what happened to it. */
export function GroupView({ view }: { readonly view: GroupViewState }): ReactNode {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } = useGroup(view);
  const [isDeleting, setDeleting] = useState(false);
  useEscapeKey(!isDeleting);
  const families = useMemo(() => mergeFamilies(data?.pages ?? []), [data]);
  const first = data?.pages[0];
  const isGone = error instanceof RequestError && error.status === 404;
  return (
    <div className={styles.view}>
      {error !== null && <Problem what={isGone ? 'find the group' : 'read the group'} error={error} onRetry={() => void refetch()} />}
      {isGone && (
        <p className={styles.gone}>
          It was deleted too long ago to be remembered, before the server was started, or it was never pushed.{' '}
          <a href={formatViewState(lastGroupsState())}>Back to the groups</a>
        </p>
      )}
      {first === undefined && error === null && <Waiting what="the group" />}
      {first !== undefined && !isGone && (
        <>
          <GroupHead group={first.group} history={first.history} onDelete={() => setDeleting(true)} />
          <Tabs view={view} families={first.matched_families} pushes={first.history.length} />
          <div className={styles.panels} data-tab={view.tab}>
            <FamilyList
              view={view}
              group={first.group}
              families={families}
              matched={first.matched_families}
              isStale={isPlaceholderData}
              more={hasNextPage ? { isLoading: isFetchingNextPage, load: () => void fetchNextPage() } : undefined}
            />
            <HistoryList history={first.history} />
          </div>
          {isDeleting && (
            <DeleteDialog groups={[first.group]} onClose={() => setDeleting(false)} onDeleted={() => navigate(lastGroupsState())} />
          )}
        </>
      )}
    </div>
  );
}

/** How often a group that is pushed all the time is read again. */
const refreshMs = 2000;

function useGroup({ id, name }: GroupViewState) {
  const query = useInfiniteQuery({
    queryKey: ['group', id, name],
    queryFn: ({ pageParam, signal }) => readGroup(id, name, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const timer = useRef<number>(undefined);
  const refetch = useRef(query.refetch);
  useEffect(() => {
    refetch.current = query.refetch;
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useChanges(({ groups, is_truncated: isTruncated }) => {
    if (!isTruncated && !groups.some((group) => group.id === id)) return;
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      void refetch.current();
    }, refreshMs);
  });
  return query;
}

/** Esc leads back to the list, unless it has something else to do. */
function useEscapeKey(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented && !isWriting(event.target)) navigate(lastGroupsState());
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [isOn]);
}

interface TabsProps {
  readonly view: GroupViewState;
  readonly families: number;
  readonly pushes: number;
}

/** Only where there is no room for both side by side. */
function Tabs({ view, families, pushes }: TabsProps): ReactNode {
  return (
    <nav className={styles.tabs} aria-label="Parts of the group">
      <a href={formatViewState({ ...view, tab: 'metrics' })} aria-current={view.tab === 'metrics' ? 'page' : undefined}>
        Metrics <small>{families}</small>
      </a>
      <a href={formatViewState({ ...view, tab: 'history' })} aria-current={view.tab === 'history' ? 'page' : undefined}>
        History <small>{pushes}</small>
      </a>
    </nav>
  );
}
