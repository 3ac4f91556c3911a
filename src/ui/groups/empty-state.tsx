import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { serverAddress } from '../api.ts';
import { formatFirstPushCommand } from '../format/commands.ts';
import { formatPlural } from '../format/numbers.ts';
import { CommandLine } from '../parts/command-line.tsx';
import { Icon } from '../parts/icons.tsx';
import { formatViewState, tryState } from '../url/view-state.ts';
import styles from './groups.module.css';

interface NoGroupsProps {
  /** Groups that were there, and are remembered. */
  readonly deleted: number;
  readonly onShowDeleted: () => void;
}

/** Nothing is stored: how to begin. */
export function NoGroups({ deleted, onShowDeleted }: NoGroupsProps): ReactNode {
  return (
    <div className={styles.empty}>
      <Icon name="inbox" size={44} />
      <h2>{deleted === 0 ? 'Nothing was pushed yet' : 'Every group was deleted'}</h2>
      {deleted > 0 && <ShowDeleted deleted={deleted} onShow={onShowDeleted} />}
      <p>The first push makes a group. Run this where your job runs:</p>
      <CommandLine command={formatFirstPushCommand(serverAddress())} />
      <p>
        Or <a href={formatViewState({ ...tryState, job: 'my_job', body: 'my_first_metric 3.14\n' })}>compose a push here</a>. It appears by
        itself.
      </p>
    </div>
  );
}

interface NoMatchesProps extends NoGroupsProps {
  readonly total: number;
  readonly onClear: () => void;
}

/** There are groups, but not such ones. */
export function NoMatches({ total, deleted, onShowDeleted, onClear }: NoMatchesProps): ReactNode {
  return (
    <div className={styles.empty}>
      <Icon name="search" size={44} />
      <h2>No group matches</h2>
      <p>{formatPlural(total, 'group')} did not pass search, selector and state together.</p>
      {deleted > 0 && <ShowDeleted deleted={deleted} onShow={onShowDeleted} />}
      <Button variant="default" onClick={onClear}>
        Show all groups
      </Button>
    </div>
  );
}

function ShowDeleted({ deleted, onShow }: { readonly deleted: number; readonly onShow: () => void }): ReactNode {
  return (
    <Button variant="default" onClick={onShow}>
      Show {formatPlural(deleted, 'deleted group')}
    </Button>
  );
}
