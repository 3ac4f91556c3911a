import { useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useMemo, useState } from 'react';
import type { GroupSummary } from '../api.ts';
import { Icon } from '../parts/icons.tsx';
import { navigate } from '../url/use-view-state.ts';
import { type GroupsViewState, openGroup } from '../url/view-state.ts';
import { type ColumnPlan, columnPlans, groupColumns, groupFeatures, toggleSort } from './group-columns.tsx';
import styles from './groups.module.css';
import type { LoadedGroups } from './use-groups.ts';
import { useRowHeight } from './use-row-height.ts';

interface GroupsTableProps {
  /** The element that scrolls. */
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly view: GroupsViewState;
  readonly groups: LoadedGroups;
  readonly matched: number;
  readonly selection: ReadonlyMap<string, GroupSummary>;
  readonly onSort: (sort: string) => void;
  readonly onToggle: (group: GroupSummary) => void;
  readonly onDelete: (group: GroupSummary) => void;
}

/** Who asks for what failed wants to read why. */
const reasonWidth = 'minmax(14rem, 3.5fr)';

/** Browsers cannot lay out more than some 16 million pixels. */
const rowsMax = 300_000;

/** Rows that are asked for before anybody sees that they are missing. */
const rowsAhead = 60;

/** A grid of which only the rows on screen exist: it scrolls through 100,000 groups like through ten. */
export function GroupsTable({ ref, view, groups, matched, selection, onSort, onToggle, onDelete }: GroupsTableProps): ReactNode {
  const { rows, loadMore, isStale } = groups;
  const rowHeight = useRowHeight();
  const count = Math.min(matched, rowsMax);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => ref.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollPaddingEnd: rowHeight,
  });
  const items = virtualizer.getVirtualItems();
  const lastWanted = (items.at(-1)?.index ?? 0) + rowsAhead;
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  useEffect(() => {
    if (lastWanted >= rows.length && !isStale) loadMore();
  }, [lastWanted, rows.length, isStale, loadMore]);
  // Another question: its answer is read from the top.
  useEffect(() => {
    ref.current?.scrollTo({ top: 0 });
  }, [ref, view.search, view.selector, view.outcome, view.sort]);

  const [active, setActive] = useState(0);
  const activate = (index: number): void => {
    const next = Math.max(0, Math.min(index, rows.length - 1));
    setActive(next);
    virtualizer.scrollToIndex(next);
  };
  const onKeyDown = useGridKeys({
    active,
    activate,
    group: rows[active],
    pageRows: items.length - 16,
    lastRow: rows.length - 1,
    onToggle,
    onDelete,
  });
  const plans = useMemo(() => columnPlans.filter(({ id }) => !view.hidden.includes(id)), [view.hidden]);
  const columns = useMemo(
    () => ['2.25rem', ...plans.map(({ id, width }) => (id === 'state' && view.outcome === 'failed' ? reasonWidth : width))].join(' '),
    [plans, view.outcome],
  );

  return (
    <div
      ref={ref}
      role="grid"
      aria-label="Groups"
      aria-rowcount={matched + 1}
      aria-multiselectable="true"
      aria-activedescendant={rows[active] === undefined ? undefined : rowId(active)}
      aria-busy={isStale}
      tabIndex={0}
      className={styles.grid}
      onKeyDown={onKeyDown}
    >
      <div className={styles.content} style={{ ['--columns' as string]: columns }}>
        <GroupsHead plans={plans} sort={view.sort} onSort={onSort} />
        <GroupsBody
          height={virtualizer.getTotalSize()}
          items={items}
          {...{ rows, view, active, selection, rowHeight, isStale, onToggle }}
          onActivate={setActive}
        />
      </div>
    </div>
  );
}

interface GroupsBodyProps {
  readonly height: number;
  readonly items: readonly { readonly index: number; readonly start: number }[];
  readonly rows: readonly GroupSummary[];
  readonly view: GroupsViewState;
  readonly active: number;
  readonly selection: ReadonlyMap<string, GroupSummary>;
  readonly rowHeight: number;
  readonly isStale: boolean;
  readonly onToggle: (group: GroupSummary) => void;
  readonly onActivate: (index: number) => void;
}

function GroupsBody({
  height,
  items,
  rows,
  view,
  active,
  selection,
  rowHeight,
  isStale,
  onToggle,
  onActivate,
}: GroupsBodyProps): ReactNode {
  const first = items[0]?.index ?? 0;
  const end = (items.at(-1)?.index ?? -1) + 1;
  // TanStack Table gets what is on screen, not what was loaded: its cost is that of a screen.
  const shown = useMemo(() => rows.slice(first, end), [rows, first, end]);
  const columnVisibility = useMemo(() => Object.fromEntries(view.hidden.map((id) => [id, false])), [view.hidden]);
  const table = useTable({ features: groupFeatures, columns: groupColumns, data: shown, state: { columnVisibility } });
  const tableRows = table.getRowModel().rows;
  return (
    <div role="rowgroup" className={styles.body} data-stale={isStale || undefined} style={{ height }}>
      {items.map(({ index, start }) => {
        const row = tableRows[index - first];
        const place = { transform: `translateY(${start}px)`, height: rowHeight };
        if (row === undefined)
          return <div key={index} role="row" aria-rowindex={index + 2} className={styles.row} data-missing style={place} />;
        const group = row.original;
        const isSelected = selection.has(group.id);
        return (
          <div
            key={index}
            id={rowId(index)}
            role="row"
            aria-rowindex={index + 2}
            aria-selected={isSelected}
            className={styles.row}
            data-active={index === active || undefined}
            data-failed={group.state === 'failed' || undefined}
            style={place}
            onClick={(event) => {
              onActivate(index);
              if (
                event.target instanceof Element &&
                event.target.closest('a, input, label') === null &&
                getSelection()?.isCollapsed !== false
              )
                navigate(openGroup(group.id));
            }}
          >
            <label role="gridcell" className={styles.cell} data-column="select">
              <input
                type="checkbox"
                tabIndex={-1}
                checked={isSelected}
                disabled={group.state === 'deleted'}
                aria-label={`Select ${group.push_path}`}
                onChange={() => onToggle(group)}
              />
            </label>
            {row.getVisibleCells().map((cell) => (
              <div key={cell.id} role="gridcell" className={styles.cell} data-column={cell.column.id}>
                <table.FlexRender cell={cell} />
              </div>
            ))}
          </div>
        );
      })}
    </div>
  );
}

interface GroupsHeadProps {
  readonly plans: readonly ColumnPlan[];
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

function GroupsHead({ plans, sort, onSort }: GroupsHeadProps): ReactNode {
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        <div role="columnheader" className={styles.cell} data-column="select">
          <span className={styles.hidden}>Selected</span>
        </div>
        {plans.map((plan) => {
          const order = sort === plan.sort ? 'ascending' : sort === `-${plan.sort ?? ''}` ? 'descending' : undefined;
          return (
            <div key={plan.id} role="columnheader" aria-sort={order} className={styles.cell} data-column={plan.id}>
              {plan.sort === undefined ? (
                plan.title
              ) : (
                <button type="button" className={styles.sort} onClick={() => onSort(toggleSort(sort, plan))}>
                  {plan.title}
                  {order !== undefined && <Icon name={order === 'ascending' ? 'arrowUp' : 'arrowDown'} size={13} />}
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface GridKeys {
  readonly active: number;
  readonly activate: (index: number) => void;
  readonly group: GroupSummary | undefined;
  readonly pageRows: number;
  readonly lastRow: number;
  readonly onToggle: (group: GroupSummary) => void;
  readonly onDelete: (group: GroupSummary) => void;
}

/** Arrows and pages move, Enter opens, Space selects, Delete asks whether to delete. */
function useGridKeys({ active, activate, group, pageRows, lastRow, onToggle, onDelete }: GridKeys): (event: KeyboardEvent) => void {
  const page = Math.max(1, pageRows);
  const isThere = group !== undefined && group.state !== 'deleted';
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => activate(active + 1),
    ArrowUp: () => activate(active - 1),
    PageDown: () => activate(active + page),
    PageUp: () => activate(active - page),
    Home: () => activate(0),
    End: () => activate(lastRow),
    Enter: () => group && navigate(openGroup(group.id)),
    ' ': () => isThere && onToggle(group),
    Delete: () => isThere && onDelete(group),
  };
  return (event) => {
    // Buttons in the head have their own keys.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
}

function rowId(index: number): string {
  return `group-row-${index}`;
}
