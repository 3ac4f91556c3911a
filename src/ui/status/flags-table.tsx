import { type ReactNode, useState } from 'react';
import type { FlagValue } from '../api.ts';
import { showInvisible } from '../format/labels.ts';
import styles from './status.module.css';

/** How the server was started; what differs from the default comes first and is marked. */
export function FlagsTable({ flags }: { readonly flags: readonly FlagValue[] }): ReactNode {
  const [isAll, setAll] = useState(false);
  const changed = flags.filter((flag) => !flag.is_default);
  const shown = isAll ? [...changed, ...flags.filter((flag) => flag.is_default)] : changed;
  return (
    <section className={styles.wide} aria-label="Flags">
      <h2>Flags</h2>
      {shown.length === 0 && <p className={styles.quiet}>All are as they are by default.</p>}
      {shown.length > 0 && (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Flags, table">
          <table className={styles.table}>
            <thead>
              <tr>
                <th>Flag</th>
                <th>Value</th>
                <th>Default</th>
                <th>Means</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, value, default: usual, is_default: isDefault, help }) => (
                <tr key={name} data-changed={!isDefault || undefined}>
                  <td>
                    <code>--{name}</code>
                  </td>
                  <td>
                    <code>{showInvisible(value) || '""'}</code>
                    {!isDefault && <span className={styles.changed}>changed</span>}
                  </td>
                  <td>
                    <code>{showInvisible(usual) || '""'}</code>
                  </td>
                  <td className={styles.help}>{help}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <button type="button" className={styles.more} aria-expanded={isAll} onClick={() => setAll(!isAll)}>
        {isAll ? 'Show only the changed ones' : `Show all ${flags.length} flags`}
      </button>
    </section>
  );
}
