import { type ReactNode, useState } from 'react';
import type { FamilyDetail, LabelMap, MetricDetail } from '../api.ts';
import { formatSampleLine, showInvisible } from '../format/labels.ts';
import { formatDifference, formatPlural, parseSampleValue } from '../format/numbers.ts';
import { readValue } from '../format/readings.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { LabelList } from '../parts/label-list.tsx';
import { Time } from '../parts/time.tsx';
import styles from './group.module.css';

/** Rows drawn at once, and with every wish for more. */
const rowsStep = 100;

/** With more of them a column each would be more than a screen is wide. */
const labelColumnsMax = 12;

/** Counters, gauges and untyped metrics: a column for each label, the value, what it means, how it moved. */
export function ValuesTable({
  family: { name, metrics },
  grouping,
}: {
  readonly family: FamilyDetail;
  readonly grouping: LabelMap;
}): ReactNode {
  const [shown, setShown] = useState(rowsStep);
  const found = [...new Set(metrics.flatMap(({ labels }) => Object.keys(labels)))];
  const isWide = found.length > labelColumnsMax;
  const labelNames = isWide ? [] : found;
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Values of ${name}`}>
      <table className={styles.table}>
        <thead>
          <tr>
            {isWide && <th>Labels</th>}
            {labelNames.map((label) => (
              <th key={label}>{showInvisible(label)}</th>
            ))}
            <th className={styles.number}>Value</th>
            <th>
              <span className={styles.hidden}>Copy</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {metrics.slice(0, shown).map((metric, index) => (
            <tr key={index}>
              {isWide && (
                <td>
                  <LabelList labels={metric.labels} />
                </td>
              )}
              {labelNames.map((label) => (
                <td key={label} className={styles.labelValue}>
                  {showInvisible(metric.labels[label] ?? '')}
                </td>
              ))}
              <td className={styles.number}>
                <SampleValue metricName={name} metric={metric} />
              </td>
              <td className={styles.copy}>
                <CopyButton text={formatSampleLine(name, grouping, metric.labels, metric.value ?? '')} what="the scrape line" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {metrics.length > shown && (
        <button type="button" className={styles.more} onClick={() => setShown(shown + 5 * rowsStep)}>
          Show more of {formatPlural(metrics.length, 'metric')}
        </button>
      )}
    </div>
  );
}

/** A value as it was pushed, what it means, and how it differs from the push before. */
export function SampleValue({
  metricName,
  metric: { value = '', previous_value: previous },
}: {
  readonly metricName: string;
  readonly metric: MetricDetail;
}): ReactNode {
  const reading = readValue(metricName, value);
  const difference = previous === undefined ? undefined : formatDifference(parseSampleValue(value), parseSampleValue(previous));
  return (
    <span className={styles.sample}>
      {difference !== undefined && (
        <span className={styles.difference} data-same={difference === '±0' || undefined} title={`The push before: ${previous ?? ''}`}>
          {difference}
        </span>
      )}
      {reading !== undefined && <span className={styles.reading}>{reading.kind === 'time' ? <Time at={reading.at} /> : reading.text}</span>}
      <code>{value}</code>
    </span>
  );
}
