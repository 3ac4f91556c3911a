import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { type GroupSummary, type PushRecord, serverAddress } from '../api.ts';
import { formatDeleteCommand, formatPushCommand } from '../format/commands.ts';
import { formatSampleLine, formatSelector, showInvisible } from '../format/labels.ts';
import { formatBytes, formatCount, formatGoFloat } from '../format/numbers.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Icon } from '../parts/icons.tsx';
import { LabelList } from '../parts/label-list.tsx';
import { StateSign } from '../parts/state-sign.tsx';
import { Time } from '../parts/time.tsx';
import { lastGroupsState } from '../url/last-groups-state.ts';
import { formatViewState } from '../url/view-state.ts';
import styles from './group.module.css';
import { deletionWords } from './history-list.tsx';
import { HistoryStrip } from './history-strip.tsx';

interface GroupHeadProps {
  readonly group: GroupSummary;
  readonly history: readonly PushRecord[];
  readonly onDelete: () => void;
}

/** Who the group is, how it is, and what one may do with it. */
export function GroupHead({ group, history, onDelete }: GroupHeadProps): ReactNode {
  const { labels, state, last_push: lastPush, push_path: pushPath } = group;
  return (
    <header className={styles.head}>
      <a className={styles.back} href={formatViewState(lastGroupsState())}>
        <Icon name="back" /> Groups
      </a>
      <div className={styles.title}>
        <h1>{showInvisible(labels['job'] ?? '')}</h1>
        <StateSign state={state} />
        <HistoryStrip history={history} />
      </div>
      <LabelList labels={labels} />
      {state === 'failed' && <Failure group={group} />}
      {state === 'deleted' && <Deletion group={group} latest={history[0]} />}
      <dl className={styles.facts}>
        <Fact name="Last push">
          <Time at={lastPush} />
        </Fact>
        {state !== 'deleted' && (
          <>
            <Fact name="Families">{formatCount(group.families)}</Fact>
            <Fact name="Samples">{formatCount(group.samples)}</Fact>
            <Fact name="Size">{formatBytes(group.bytes)}</Fact>
            <Fact name="Last source">{group.last_source ?? 'unknown'}</Fact>
          </>
        )}
      </dl>
      <div className={styles.actions} role="group" aria-label="Actions">
        <CopyButton withWords what="curl push" text={formatPushCommand(serverAddress(), pushPath, 'POST')} />
        <CopyButton withWords what="curl delete" text={formatDeleteCommand(serverAddress(), pushPath)} />
        <CopyButton withWords what="PromQL selector" text={formatSelector(labels)} />
        <CopyButton withWords what="scrape line" text={formatPushTime(group)} />
        {state !== 'deleted' && (
          <Button size="xs" variant="light" color="red" leftSection={<Icon name="trash" size={14} />} onClick={onDelete}>
            Delete
          </Button>
        )}
      </div>
    </header>
  );
}

function Failure({ group: { last_failure: lastFailure, failure_reason: reason } }: { readonly group: GroupSummary }): ReactNode {
  return (
    <div className={styles.failure}>
      <Icon name="alert" size={18} />
      <div>
        <b>
          The last push was refused <Time at={lastFailure} />
        </b>
        {reason === null ? <p>Nobody remembers why: the server was started again since.</p> : <pre>{showInvisible(reason)}</pre>}
      </div>
    </div>
  );
}

/** Who deleted the group, as far as anybody remembers. */
function Deletion({ group: { deleted }, latest }: { readonly group: GroupSummary; readonly latest: PushRecord | undefined }): ReactNode {
  const isKnown = latest?.method === 'DELETE';
  return (
    <div className={styles.deletion} role="status">
      <Icon name="trash" size={18} />
      <div>
        <b>
          The group was deleted <Time at={deleted} />
          {isKnown && ` by ${latest.remote_address}`}
        </b>
        <p>
          {isKnown
            ? `${deletionWords[latest.scope]}${latest.user_agent === null ? '' : `, with ${showInvisible(latest.user_agent)}`}. `
            : ''}
          The next push brings it back; what it held is gone.
        </p>
      </div>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** `push_time_seconds` of the group, as a scrape has it. */
function formatPushTime({ labels, last_push: lastPush }: GroupSummary): string {
  return formatSampleLine('push_time_seconds', labels, {}, formatGoFloat(lastPush === null ? 0 : Date.parse(lastPush) / 1000));
}
