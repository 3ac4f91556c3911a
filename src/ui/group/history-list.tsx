import type { ReactNode } from 'react';
import type { PushRecord } from '../api.ts';
import { formatBytes, formatPlural } from '../format/numbers.ts';
import { showInvisible } from '../format/labels.ts';
import { formatDuration } from '../format/times.ts';
import { Time } from '../parts/time.tsx';
import styles from './group.module.css';

const deeds: Readonly<Record<PushRecord['method'], string>> = { PUT: 'Replaced', POST: 'Added', DELETE: 'Deleted' };

/** What a deletion was part of. */
export const deletionWords: Readonly<Record<PushRecord['scope'], string>> = {
  group: 'This group alone',
  selection: 'Together with others, by a bulk delete',
  wipe: 'With everything else, by a wipe',
};

/** What was written to the group, newest first, with who wrote it and why it failed. */
export function HistoryList({ history }: { readonly history: readonly PushRecord[] }): ReactNode {
  return (
    <section className={styles.history} aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      {history.length === 0 && <p className={styles.quiet}>Nothing since the server was started. The history lives in its memory.</p>}
      <ol>
        {history.map((push, index) => (
          <Entry key={`${push.time} ${index}`} push={push} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ push }: { readonly push: PushRecord }): ReactNode {
  const { outcome, method, status, error } = push;
  const deed =
    outcome === 'stored' ? deeds[method] : outcome === 'refused' ? 'Refused' : method === 'DELETE' ? 'Not deleted' : 'Not stored';
  return (
    <li data-outcome={outcome}>
      <p className={styles.deed}>
        <b>{deed}</b>
        <span className={styles.method}>
          {method} {status}
        </span>
        <span className={styles.when}>
          <Time at={push.time} />
        </span>
      </p>
      {error !== null && <pre>{showInvisible(error)}</pre>}
      <p className={styles.quiet}>
        {method === 'DELETE'
          ? deletionWords[push.scope]
          : `${formatPlural(push.samples, 'sample')}, ${formatBytes(push.bytes)} in ${formatDuration(push.duration_seconds)}`}
      </p>
      <p className={styles.quiet}>
        from {push.remote_address}
        {push.user_agent !== null && ` by ${showInvisible(push.user_agent)}`}
      </p>
    </li>
  );
}
