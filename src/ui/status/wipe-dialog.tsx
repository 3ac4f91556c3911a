import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { wipe } from '../api.ts';
import { formatPlural } from '../format/numbers.ts';
import { Problem } from '../parts/problem.tsx';
import styles from './status.module.css';

/** What one has to type: the only deed of the page that nothing brings back. */
const confirmation = 'wipe';

export function WipeDialog({ groups, onClose }: { readonly groups: number; readonly onClose: () => void }): ReactNode {
  const [typed, setTyped] = useState('');
  const queries = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: wipe,
    onSuccess: async () => {
      await queries.invalidateQueries();
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Wipe everything?" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <p className={styles.dialogText}>
          All {formatPlural(groups, 'group')} and all their metrics will be deleted, in memory and on disk. It cannot be undone.
        </p>
        <TextInput
          data-autofocus
          label={`Type ${confirmation} to go on`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {error !== null && <Problem what="wipe" error={error} />}
        <div className={styles.dialogButtons}>
          <Button variant="default" onClick={onClose}>
            Keep everything
          </Button>
          <Button type="submit" color="red.9" loading={isPending} disabled={typed !== confirmation}>
            Wipe everything
          </Button>
        </div>
      </form>
    </Modal>
  );
}
