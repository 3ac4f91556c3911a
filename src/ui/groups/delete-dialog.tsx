import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { deleteGroups, type GroupSummary } from '../api.ts';
import { formatPlural } from '../format/numbers.ts';
import { Problem } from '../parts/problem.tsx';
import { DoomedList } from './doomed-list.tsx';
import styles from './groups.module.css';

interface DeleteDialogProps {
  readonly groups: readonly GroupSummary[];
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

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
      <DoomedList groups={groups} total={groups.length} />
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
