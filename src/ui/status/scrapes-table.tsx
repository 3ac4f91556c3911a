import type { ReactNode } from 'react';
import type { ScrapeRecord } from '../api.ts';
import { showInvisible } from '../format/labels.ts';
import { formatBytes, formatCount } from '../format/numbers.ts';
import { formatDuration } from '../format/times.ts';
import { Time } from '../parts/time.tsx';
import styles from './status.module.css';

/** Who scrapes, when it was last, and how long it took. */
export function ScrapesTable({ scrapes }: { readonly scrapes: readonly ScrapeRecord[] }): ReactNode {
  return (
    <section className={styles.wide} aria-label="Scrapes">
      <h2>Last scrapes</h2>
      {scrapes.length === 0 ? (
        <p className={styles.quiet}>Nobody has scraped since the start. Is the gateway among the targets of a Prometheus?</p>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Last scrapes, table">
          <table className={styles.table}>
            <thead>
              <tr>
                <th>Scraper</th>
                <th>Address</th>
                <th>Last</th>
                <th className={styles.number}>Took</th>
                <th className={styles.number}>Size</th>
                <th className={styles.number}>Scrapes</th>
              </tr>
            </thead>
            <tbody>
              {scrapes.map((scrape, index) => (
                <tr key={index}>
                  <td>{showInvisible(scrape.user_agent ?? 'unknown')}</td>
                  <td>
                    <code>{scrape.remote_address}</code>
                  </td>
                  <td>
                    <Time at={scrape.time} />
                    {!scrape.is_complete && <b className={styles.bad}> cut off</b>}
                  </td>
                  <td className={styles.number}>{formatDuration(scrape.duration_seconds)}</td>
                  <td className={styles.number}>{formatBytes(scrape.bytes)}</td>
                  <td className={styles.number}>{formatCount(scrape.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
