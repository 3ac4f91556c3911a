import { lazy, type ReactNode, Suspense } from 'react';
import type { LabelMap, MetricDetail } from '../api.ts';
import { formatLabels, formatSampleLine, showInvisible } from '../format/labels.ts';
import { formatCount, formatShort, parseSampleValue } from '../format/numbers.ts';
import { readValue } from '../format/readings.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { LabelList } from '../parts/label-list.tsx';
import { Time } from '../parts/time.tsx';
import { type Bar, collectClassicBars, collectNativeBars, computeMean } from './distribution.ts';
import styles from './group.module.css';

const Chart = lazy(() => import('./chart.tsx').then(({ Chart: component }) => ({ default: component })));

interface DistributionPanelProps {
  readonly metricName: string;
  readonly metric: MetricDetail;
  readonly grouping: LabelMap;
}

/** A histogram or a summary: how its values spread, drawn and in numbers. */
export function DistributionPanel({ metricName, metric, grouping }: DistributionPanelProps): ReactNode {
  const { labels, native, buckets, quantiles, count = '', sum = '' } = metric;
  const mean = computeMean(metric);
  const who = `${metricName} ${formatLabels(labels)}`;
  const bars = native === undefined ? collectClassicBars(buckets ?? []) : collectNativeBars(native);
  return (
    <div className={styles.distribution}>
      <div className={styles.distributionHead}>
        <LabelList labels={labels} />
        <span>
          <b>{count}</b> observations
        </span>
        <span>
          sum <b>{sum}</b>
        </span>
        {mean !== undefined && (
          <span>
            mean <b>{describe(metricName, mean)}</b>
          </span>
        )}
        {native !== undefined && <span>native, schema {native.schema}</span>}
        <CopyButton text={formatSampleLine(`${metricName}_count`, grouping, labels, count)} what="the scrape line of the count" />
      </div>
      {quantiles === undefined ? (
        <BarsPanel who={who} bars={bars} isCumulative={native === undefined} buckets={buckets} />
      ) : (
        <QuantilesPanel who={who} metricName={metricName} quantiles={quantiles} />
      )}
      {metric.exemplars !== undefined && metric.exemplars.length > 0 && <Exemplars metric={metric} />}
    </div>
  );
}

interface BarsPanelProps {
  readonly who: string;
  readonly bars: readonly Bar[];
  readonly isCumulative: boolean;
  readonly buckets: MetricDetail['buckets'];
}

function BarsPanel({ who, bars, isCumulative, buckets }: BarsPanelProps): ReactNode {
  return (
    <div className={styles.chartAndTable}>
      <Suspense fallback={<div className={styles.chart} />}>
        <Chart shape="bars" labels={bars.map(({ label }) => label)} values={bars.map(({ count }) => count)} title={`Histogram of ${who}`} />
      </Suspense>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Buckets of ${who}`}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th>Bucket</th>
              <th className={styles.number}>Count</th>
              {isCumulative && <th className={styles.number}>Cumulative</th>}
            </tr>
          </thead>
          <tbody>
            {bars.map(({ range, count }, index) => (
              <tr key={index}>
                <td className={styles.labelValue}>{range}</td>
                <td className={styles.number}>{formatNumber(count)}</td>
                {isCumulative && <td className={styles.number}>{buckets?.[index]?.[1]}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface QuantilesPanelProps {
  readonly who: string;
  readonly metricName: string;
  readonly quantiles: NonNullable<MetricDetail['quantiles']>;
}

function QuantilesPanel({ who, metricName, quantiles }: QuantilesPanelProps): ReactNode {
  if (quantiles.length === 0) return null;
  return (
    <div className={styles.chartAndTable}>
      <Suspense fallback={<div className={styles.chart} />}>
        <Chart
          shape="line"
          labels={quantiles.map(([quantile]) => quantile)}
          values={quantiles.map(([, value]) => parseSampleValue(value))}
          title={`Quantiles of ${who}`}
        />
      </Suspense>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Quantiles of ${who}`}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th>Quantile</th>
              <th className={styles.number}>Value</th>
              <th className={styles.number}>Reads as</th>
            </tr>
          </thead>
          <tbody>
            {quantiles.map(([quantile, value]) => (
              <tr key={quantile}>
                <td className={styles.labelValue}>{quantile}</td>
                <td className={styles.number}>{value}</td>
                <td className={styles.number}>{describe(metricName, parseSampleValue(value))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Exemplars({ metric: { exemplars = [] } }: { readonly metric: MetricDetail }): ReactNode {
  return (
    <ul className={styles.exemplars} aria-label="Exemplars">
      {exemplars.map(({ labels, value, upper_bound: upperBound, time }, index) => (
        <li key={index}>
          exemplar <code>{value}</code>
          {upperBound !== undefined && ` up to ${upperBound}`} {showInvisible(formatLabels(labels))}{' '}
          {time !== undefined && <Time at={time} />}
        </li>
      ))}
    </ul>
  );
}

function describe(metricName: string, value: number): string {
  const reading = readValue(metricName, String(value));
  return reading?.kind === 'text' ? reading.text : formatShort(value);
}

/** Float histograms have counts that are no whole numbers. */
function formatNumber(count: number): string {
  return Number.isInteger(count) ? formatCount(count) : String(count);
}
