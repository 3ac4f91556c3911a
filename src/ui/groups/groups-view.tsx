import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import type { GroupsFilter, GroupSummary } from '../api.ts';
import { formatCount, formatPlural } from '../format/numbers.ts';
import { useChanges } from '../live-changes.ts';
import { Icon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { navigate } from '../url/use-view-state.ts';
import { defaultSort, deletedSort, type GroupsViewState, type Outcome } from '../url/view-state.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { DeleteMatchesDialog } from './delete-matches-dialog.tsx';
import { NoGroups, NoMatches } from './empty-state.tsx';
import { GroupsTable } from './groups-table.tsx';
import { GroupsToolbar } from './groups-toolbar.tsx';
import styles from './groups.module.css';
import { type LoadedGroups, useGroups } from './use-groups.ts';

/** All groups: find some, see how they are, delete what is not needed any more. */
export function GroupsView({ view }: { readonly view: GroupsViewState }): ReactNode {
  const groups = useGroups(view);
  const [selection, setSelection] = useState<ReadonlyMap<string, GroupSummary>>(new Map());
  const [doomed, setDoomed] = useState<readonly GroupSummary[] | 'matches'>();
  const change = useCallback((part: Partial<GroupsViewState>) => navigate({ ...view, ...part }, 'replace'), [view]);
  const toggle = useCallback((group: GroupSummary) => setSelection((old) => toggleMember(old, group)), []);
  const table = useRef<HTMLDivElement>(null);
  const news = useNews(groups, () => (table.current?.scrollTop ?? 0) === 0 && selection.size === 0 && doomed === undefined);
  const { latest, rows, error } = groups;
  const isEmpty = latest?.total === 0 && view.outcome !== 'deleted';
  const showDeleted = (): void => change({ outcome: 'deleted', sort: deletedSort });
  const onDeleted = (): void => {
    setDoomed(undefined);
    setSelection(new Map());
    groups.refresh();
  };

  return (
    <div className={styles.view}>
      <h1 className={styles.hidden}>Groups</h1>
      {!isEmpty && <GroupsToolbar view={view} states={latest?.states} onChange={change} onLeave={() => table.current?.focus()} />}
      {error !== null && <Problem what="list the groups" error={error} onRetry={groups.refresh} />}
      <SelectionBar selection={selection} onClear={() => setSelection(new Map())} onDelete={() => setDoomed([...selection.values()])} />
      {latest === undefined && error === null && <Waiting what="the groups" />}
      {isEmpty && <NoGroups deleted={latest.states.deleted} onShowDeleted={showDeleted} />}
      {latest !== undefined && !isEmpty && (
        <>
          <Summary
            outcome={view.outcome}
            groups={groups}
            news={news}
            onDelete={isNarrowed(view) ? () => setDoomed('matches') : undefined}
          />
          {rows.length === 0 && !groups.isStale ? (
            <NoMatches
              total={latest.total}
              deleted={view.outcome === 'deleted' ? 0 : latest.states.deleted}
              onShowDeleted={showDeleted}
              onClear={() => change({ search: '', selector: '', outcome: 'all', sort: defaultSort })}
            />
          ) : (
            <GroupsTable
              ref={table}
              view={view}
              groups={groups}
              matched={latest.matched}
              selection={selection}
              onSort={(sort) => change({ sort })}
              onToggle={toggle}
              onDelete={(group) => setDoomed(selection.size > 0 ? [...selection.values()] : [group])}
            />
          )}
        </>
      )}
      {doomed === 'matches' && <DeleteMatchesDialog filter={filterOf(view)} onClose={() => setDoomed(undefined)} onDeleted={onDeleted} />}
      {doomed !== undefined && doomed !== 'matches' && (
        <DeleteDialog groups={doomed} onClose={() => setDoomed(undefined)} onDeleted={onDeleted} />
      )}
    </div>
  );
}

function filterOf({ search, selector, outcome }: GroupsViewState): GroupsFilter {
  return { search, selector, outcome };
}

/** Whether less than everything is listed, of what can be deleted. */
function isNarrowed({ search, selector, outcome }: GroupsViewState): boolean {
  return outcome !== 'deleted' && (search.trim() !== '' || selector !== '' || outcome !== 'all');
}

/** How often the list may begin anew by itself. */
const refreshMs = 3000;

interface News {
  /** Writes that the list does not show yet. */
  readonly count: number;
  readonly show: () => void;
}

/** Brings in what happens, but never under somebody's hands: while rows are selected or scrolled it only counts. */
function useNews(groups: LoadedGroups, mayRefresh: () => boolean): News {
  const [count, setCount] = useState(0);
  const refreshedAtMs = useRef(0);
  const timer = useRef<number>(undefined);
  const show = (): void => {
    refreshedAtMs.current = Date.now();
    setCount(0);
    groups.refresh();
  };
  useChanges(({ pushed, failed, deleted }) => {
    setCount((old) => old + pushed + failed + deleted);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(
      () => {
        if (mayRefresh()) show();
      },
      Math.max(0, refreshedAtMs.current + refreshMs - Date.now()),
    );
  });
  return { count, show };
}

interface SummaryProps {
  readonly outcome: Outcome;
  readonly groups: LoadedGroups;
  readonly news: News;
  /** Left out where nothing narrows the list down. */
  readonly onDelete: (() => void) | undefined;
}

function Summary({ outcome, groups: { latest, isStale }, news, onDelete }: SummaryProps): ReactNode {
  if (latest === undefined) return null;
  const { matched, total } = latest;
  return (
    <div className={styles.summary} data-stale={isStale || undefined}>
      <span role="status">
        {outcome === 'deleted'
          ? formatPlural(matched, 'deleted group')
          : matched === total
            ? formatPlural(total, 'group')
            : `${formatCount(matched)} of ${formatPlural(total, 'group')}`}
      </span>
      {onDelete !== undefined && matched > 0 && (
        <button type="button" className={styles.deleteMatches} onClick={onDelete}>
          Delete all that match…
        </button>
      )}
      {news.count > 0 && (
        <button type="button" className={styles.news} onClick={news.show}>
          {formatPlural(news.count, 'new change')}: show
        </button>
      )}
    </div>
  );
}

interface SelectionBarProps {
  readonly selection: ReadonlyMap<string, GroupSummary>;
  readonly onClear: () => void;
  readonly onDelete: () => void;
}

function SelectionBar({ selection, onClear, onDelete }: SelectionBarProps): ReactNode {
  if (selection.size === 0) return null;
  return (
    <div className={styles.selection} role="region" aria-label="Selection">
      <b>{formatPlural(selection.size, 'group')} selected</b>
      <Button size="xs" color="red.9" leftSection={<Icon name="trash" size={14} />} onClick={onDelete}>
        Delete
      </Button>
      <Button size="xs" variant="default" onClick={onClear}>
        Clear the selection
      </Button>
    </div>
  );
}

function toggleMember(old: ReadonlyMap<string, GroupSummary>, group: GroupSummary): ReadonlyMap<string, GroupSummary> {
  const changed = new Map(old);
  if (!changed.delete(group.id)) changed.set(group.id, group);
  return changed;
}
