import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { deleteGroups, type GroupSummary } from '../api.ts';
import { formatPlural } from '../format/numbers.ts';
import { LabelList } from '../parts/label-list.tsx';
import { Problem } from '../parts/problem.tsx';
import styles from './groups.module.css';

interface DeleteDialogProps {
  readonly groups: readonly GroupSummary[];
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Groups that the dialog names one by one. */
const namedMax = 50;

/** Names what will go before it goes. */
export function DeleteDialog({ groups, onClose, onDeleted }: DeleteDialogProps): ReactNode {
  const { mutate, isPending, error } = useMutation({ mutationFn: () => deleteGroups(groups.map(({ id }) => id)), onSuccess: onDeleted });
  const samples = groups.reduce((sum, group) => sum + group.samples, 0);
  const what = groups.length === 1 ? 'this group' : formatPlural(groups.length, 'group');
  return (
    <Modal opened onClose={onClose} title={`Delete ${what}?`} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <p className={styles.dialogText}>
        {formatPlural(samples, 'sample')} will no longer be scraped. It cannot be undone, but the next push of a job brings its group back.
      </p>
      <ul className={styles.doomed} tabIndex={0} aria-label="Groups that will be deleted">
        {groups.slice(0, namedMax).map((group) => (
          <li key={group.id}>
            <LabelList labels={group.labels} />
            <small>
              {formatPlural(group.families, 'family', 'families')}, {formatPlural(group.samples, 'sample')}
            </small>
          </li>
        ))}
        {groups.length > namedMax && <li>and {formatPlural(groups.length - namedMax, 'more group', 'more groups')}</li>}
      </ul>
      {error !== null && <Problem what={`delete ${what}`} error={error} />}
      <div className={styles.dialogButtons}>
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep
        </Button>
        <Button color="red.9" loading={isPending} onClick={() => mutate()}>
          Delete {what}
        </Button>
      </div>
    </Modal>
  );
}
