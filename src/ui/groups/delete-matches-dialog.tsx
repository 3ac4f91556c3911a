import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { deleteMatches, findMatches, type GroupsFilter } from '../api.ts';
import { formatPlural } from '../format/numbers.ts';
import { showInvisible } from '../format/labels.ts';
import { Problem } from '../parts/problem.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { DoomedList } from './doomed-list.tsx';
import styles from './groups.module.css';

interface DeleteMatchesDialogProps {
  readonly filter: GroupsFilter;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** From so many groups on their number has to be typed. */
const typedFrom = 20;

/** Deletes all that search, selector and state let through: says first what that is, and deletes nothing if it is another number by then. */
export function DeleteMatchesDialog({ filter, onClose, onDeleted }: DeleteMatchesDialogProps): ReactNode {
  const [typed, setTyped] = useState('');
  const doomed = useQuery({
    queryKey: ['doomed', filter],
    queryFn: ({ signal }) => findMatches(filter, signal),
    // What was true a while ago is not what goes now.
    gcTime: 0,
    staleTime: Infinity,
  });
  const count = doomed.data?.matched ?? 0;
  const deletion = useMutation({ mutationFn: () => deleteMatches(filter, count), onSuccess: onDeleted });
  const lookAgain = (): void => {
    deletion.reset();
    setTyped('');
    void doomed.refetch();
  };
  const what = formatPlural(count, 'group');
  const isSure = count > 0 && (count < typedFrom || typed.replaceAll(',', '').trim() === String(count));
  return (
    <Modal opened onClose={onClose} title="Delete all that match?" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isSure) deletion.mutate();
        }}
      >
        <FilterWords filter={filter} />
        {doomed.isPending && <Waiting what="what would go" />}
        {doomed.error !== null && <Problem what="find out what would go" error={doomed.error} onRetry={lookAgain} />}
        {doomed.data !== undefined && doomed.error === null && (
          <>
            <p className={styles.dialogText} role="status">
              <b>{what}</b> will go, with all their metrics. It cannot be undone, but the next push of a job brings its group back.
            </p>
            <DoomedList groups={doomed.data.groups} total={count} />
            {count >= typedFrom && (
              <TextInput
                className={styles.typed ?? ''}
                label={`Type ${count} to go on`}
                inputMode="numeric"
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
            )}
          </>
        )}
        {deletion.error !== null && <Problem what={`delete ${what}`} error={deletion.error} onRetry={lookAgain} />}
        <div className={styles.dialogButtons}>
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep
          </Button>
          <Button type="submit" color="red.9" loading={deletion.isPending} disabled={!isSure || doomed.isFetching}>
            Delete {what}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function FilterWords({ filter: { search, selector, outcome } }: { readonly filter: GroupsFilter }): ReactNode {
  const parts = [
    ['Search', search],
    ['Selector', selector],
    ['State', outcome === 'all' ? '' : outcome],
  ] as const;
  return (
    <dl className={styles.filterWords}>
      {parts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{showInvisible(value)}</code>
            </dd>
          </div>
        ))}
    </dl>
  );
}
