import { columnVisibilityFeature, createColumnHelper, tableFeatures } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import type { GroupSort, GroupSummary, LabelMap } from '../api.ts';
import { formatBytes, formatCount } from '../format/numbers.ts';
import { showInvisible } from '../format/labels.ts';
import { StateSign } from '../parts/state-sign.tsx';
import { Time } from '../parts/time.tsx';
import { formatViewState, openGroup } from '../url/view-state.ts';
import styles from './groups.module.css';

/** How a column is laid out and sorted; the cells themselves are TanStack's business. */
export interface ColumnPlan {
  readonly id: string;
  readonly title: string;
  /** A track of a CSS grid. */
  readonly width: string;
  readonly isNumber?: boolean;
  /** `sort=` without its minus. */
  readonly sort?: GroupSort;
  /** What a first click means: largest first for numbers and times. */
  readonly isLargestFirst?: boolean;
}

export const columnPlans: readonly ColumnPlan[] = [
  { id: 'state', title: 'State', width: 'minmax(6.5rem, 1.8fr)', sort: 'last_failure', isLargestFirst: true },
  { id: 'job', title: 'Job', width: 'minmax(9rem, 1.4fr)', sort: 'job' },
  { id: 'instance', title: 'Instance', width: 'minmax(10rem, 1.3fr)' },
  { id: 'labels', title: 'Other labels', width: 'minmax(8rem, 1.6fr)' },
  { id: 'last_push', title: 'Last push', width: '7.5rem', sort: 'last_push', isLargestFirst: true },
  { id: 'families', title: 'Families', width: '6rem', isNumber: true, sort: 'families', isLargestFirst: true },
  { id: 'samples', title: 'Samples', width: '6rem', isNumber: true, sort: 'samples', isLargestFirst: true },
  { id: 'bytes', title: 'Size', width: '5.5rem', isNumber: true, sort: 'bytes', isLargestFirst: true },
  { id: 'source', title: 'Last source', width: 'minmax(8rem, 0.8fr)' },
];

export const groupFeatures = tableFeatures({ columnVisibilityFeature });

const helper = createColumnHelper<typeof groupFeatures, GroupSummary>();

export const groupColumns = helper.columns([
  helper.display({ id: 'state', cell: ({ row }) => <StateCell group={row.original} /> }),
  helper.display({ id: 'job', cell: ({ row }) => <JobCell group={row.original} /> }),
  helper.display({ id: 'instance', cell: ({ row }) => <Text text={showEmpty(row.original.labels['instance'])} /> }),
  helper.display({ id: 'labels', cell: ({ row }) => <OtherLabels labels={row.original.labels} /> }),
  helper.display({ id: 'last_push', cell: ({ row }) => <Time at={row.original.last_push} /> }),
  helper.display({ id: 'families', cell: ({ row }) => formatCount(row.original.families) }),
  helper.display({ id: 'samples', cell: ({ row }) => formatCount(row.original.samples) }),
  helper.display({ id: 'bytes', cell: ({ row }) => formatBytes(row.original.bytes) }),
  helper.display({ id: 'source', cell: ({ row }) => <Text text={row.original.last_source ?? ''} /> }),
]);

/** The next `sort=` when the head of a column is chosen. */
export function toggleSort(current: string, { sort, isLargestFirst = false }: ColumnPlan): string {
  if (sort === undefined) return current;
  const [first, second] = isLargestFirst ? [`-${sort}`, sort] : [sort, `-${sort}`];
  return current === first ? second : first;
}

function StateCell({
  group: { state, deleted, last_failure, failure_reason, last_source: source },
}: {
  readonly group: GroupSummary;
}): ReactNode {
  if (state === 'ok') return <StateSign state="ok" />;
  if (state === 'deleted') {
    return (
      <>
        <StateSign state="deleted" />
        <span className={styles.cut}>
          <Time at={deleted} />
          {source !== null && ` by ${source}`}
        </span>
      </>
    );
  }
  return (
    <>
      <StateSign state="failed" />
      <span className={styles.reason} title={failure_reason ?? undefined}>
        {failure_reason === null ? <Time at={last_failure} /> : showInvisible(shortenReason(failure_reason))}
      </span>
    </>
  );
}

/** The list has room for what went wrong, not for how it is introduced; the whole stands on hover and in the detail. */
function shortenReason(reason: string): string {
  return reason.replace(/^(pushed metrics are invalid or inconsistent with existing metrics|text format parsing error in)[: ]+/, '');
}

function JobCell({ group }: { readonly group: GroupSummary }): ReactNode {
  const job = group.labels['job'] ?? '';
  return (
    <a className={styles.job} href={formatViewState(openGroup(group.id))} tabIndex={-1} title={job}>
      {showInvisible(job)}
    </a>
  );
}

function OtherLabels({ labels }: { readonly labels: LabelMap }): ReactNode {
  const others = Object.entries(labels).filter(([name]) => name !== 'job' && name !== 'instance');
  const whole = others.map(([name, value]) => `${name}="${value}"`).join(', ');
  return (
    <span className={styles.cut} title={whole}>
      {others.map(([name, value]) => (
        <span key={name} className={styles.pair}>
          <b>{showInvisible(name)}=</b>
          {value === '' ? '""' : showInvisible(value)}
        </span>
      ))}
    </span>
  );
}

/** A label with an empty value is another one than a label that is not there. */
function showEmpty(value: string | undefined): string {
  return value === '' ? '""' : (value ?? '');
}

function Text({ text }: { readonly text: string }): ReactNode {
  return (
    <span className={styles.cut} title={text}>
      {showInvisible(text)}
    </span>
  );
}
