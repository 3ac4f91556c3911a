import { type ReactNode, useId, useState } from 'react';
import type { FamilyDetail, LabelMap, MetricDetail } from '../api.ts';
import { formatSelector, showInvisible } from '../format/labels.ts';
import { formatPlural } from '../format/numbers.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Icon } from '../parts/icons.tsx';
import { Time } from '../parts/time.tsx';
import { DistributionPanel } from './distribution-panel.tsx';
import styles from './group.module.css';
import { SampleValue, ValuesTable } from './values-table.tsx';

interface FamilyCardProps {
  readonly family: FamilyDetail;
  readonly grouping: LabelMap;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** One metric family. A single plain value stands in its head; all else opens below it. */
export function FamilyCard({ family, grouping, isOpen, onToggle }: FamilyCardProps): ReactNode {
  const { name, type, help, metrics, inconsistency } = family;
  const bodyId = useId();
  const single = metrics.length === 1 && isSingleValue(metrics[0]) ? metrics[0] : undefined;
  return (
    <article className={styles.family} aria-label={name}>
      <div className={styles.familyHead}>
        {single === undefined ? (
          <button type="button" className={styles.toggle} aria-expanded={isOpen} aria-controls={bodyId} onClick={onToggle}>
            <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
            <h3>{showInvisible(name)}</h3>
          </button>
        ) : (
          <h3>{showInvisible(name)}</h3>
        )}
        <span className={styles.type} data-type={type}>
          {type}
        </span>
        <CopyButton text={formatSelector(grouping, name)} what={`the PromQL selector of ${name}`} />
        <span className={styles.familyValue}>
          {single === undefined ? (
            <span className={styles.quiet}>{formatPlural(family.metric_count, 'metric')}</span>
          ) : (
            <SampleValue metricName={name} metric={single} />
          )}
        </span>
      </div>
      <p className={styles.help}>
        {help === null || help === '' ? <i>no help text</i> : <span>{showInvisible(help)}</span>}
        <span className={styles.pushed}>
          pushed <Time at={family.time} />
        </span>
      </p>
      {inconsistency !== null && (
        <p className={styles.inconsistency}>
          <Icon name="alert" size={15} /> Stored, but left out of scrapes: {showInvisible(inconsistency)}
        </p>
      )}
      {single === undefined && isOpen && (
        <div id={bodyId}>
          <FamilyBody family={family} grouping={grouping} />
        </div>
      )}
    </article>
  );
}

/** Distributions drawn at once; each is a chart and a table. */
const panelsFirst = 6;

function FamilyBody({ family, grouping }: { readonly family: FamilyDetail; readonly grouping: LabelMap }): ReactNode {
  const [shown, setShown] = useState(panelsFirst);
  const { name, type, metrics } = family;
  if (type === 'counter' || type === 'gauge' || type === 'untyped') return <ValuesTable family={family} grouping={grouping} />;
  return (
    <>
      {metrics.slice(0, shown).map((metric, index) => (
        <DistributionPanel key={index} metricName={name} metric={metric} grouping={grouping} />
      ))}
      {metrics.length > shown && (
        <button type="button" className={styles.more} onClick={() => setShown(shown + 20)}>
          Show more of {formatPlural(metrics.length, 'metric')}
        </button>
      )}
    </>
  );
}

function isSingleValue(metric: MetricDetail | undefined): boolean {
  return metric?.value !== undefined && Object.keys(metric.labels).length === 0;
}
