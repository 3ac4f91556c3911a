import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { serverAddress } from '../api.ts';
import { formatFirstPushCommand } from '../format/commands.ts';
import { formatPlural } from '../format/numbers.ts';
import { CommandLine } from '../parts/command-line.tsx';
import { Icon } from '../parts/icons.tsx';
import { formatViewState, tryState } from '../url/view-state.ts';
import styles from './groups.module.css';

/** Nothing was ever pushed: how to begin. */
export function NoGroups(): ReactNode {
  return (
    <div className={styles.empty}>
      <Icon name="inbox" size={44} />
      <h2>Nothing was pushed yet</h2>
      <p>The first push makes a group. Run this where your job runs:</p>
      <CommandLine command={formatFirstPushCommand(serverAddress())} />
      <p>
        Or <a href={formatViewState({ ...tryState, job: 'my_job', body: 'my_first_metric 3.14\n' })}>compose a push here</a>. It appears by
        itself.
      </p>
    </div>
  );
}

/** There are groups, but not such ones. */
export function NoMatches({ total, onClear }: { readonly total: number; readonly onClear: () => void }): ReactNode {
  return (
    <div className={styles.empty}>
      <Icon name="search" size={44} />
      <h2>No group matches</h2>
      <p>{formatPlural(total, 'group')} did not pass search, selector and state together.</p>
      <Button variant="default" onClick={onClear}>
        Show all groups
      </Button>
    </div>
  );
}
