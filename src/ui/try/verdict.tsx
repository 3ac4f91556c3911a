import type { ReactNode } from 'react';
import type { LintFamily, LintProblem, LintResult } from '../api.ts';
import { showInvisible } from '../format/labels.ts';
import { formatPlural } from '../format/numbers.ts';
import { Icon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import styles from './try.module.css';

interface VerdictProps {
  readonly result: LintResult | undefined;
  readonly error: Error | null;
  readonly onGoTo: (line: number, column: number) => void;
}

/** What the server would say to the push, and what the push would change. */
export function Verdict({ result, error, onGoTo }: VerdictProps): ReactNode {
  if (error !== null) return <Problem what="check the push" error={error} />;
  if (result === undefined)
    return <p className={styles.quiet}>Name a job and write some metrics: here stands what the server says to them.</p>;
  const { is_accepted: isAccepted, problems, added, replaced, removed, group } = result;
  return (
    <>
      <h2 className={styles.verdict} data-accepted={isAccepted} role="status">
        <Icon name={isAccepted ? 'check' : 'alert'} size={20} />
        {isAccepted ? 'Would be taken' : 'Would be refused'}
      </h2>
      <p className={styles.quiet}>
        {formatPlural(result.families, 'family', 'families')}, {formatPlural(result.samples, 'sample')}
        {group !== null && (group.exists ? ', into a group that exists' : ', into a new group')}
      </p>
      {problems.length > 0 && (
        <ol className={styles.problems} aria-label="Problems">
          {problems.map((problem, index) => (
            <ProblemLine key={index} problem={problem} onGoTo={onGoTo} />
          ))}
        </ol>
      )}
      {isAccepted && (
        <>
          <Families title="New in the group" sign="+" families={added} />
          <Families title="Replaced" sign="↻" families={replaced} />
          <Families title="Removed by this push" sign="−" families={removed} />
        </>
      )}
    </>
  );
}

function ProblemLine({ problem, onGoTo }: { readonly problem: LintProblem; readonly onGoTo: VerdictProps['onGoTo'] }): ReactNode {
  const { severity, message, line, column } = problem;
  return (
    <li data-severity={severity}>
      <span className={styles.severity}>{severity}</span>
      {line !== null && (
        <button type="button" onClick={() => onGoTo(line, column ?? 1)}>
          line {line}
          {column !== null && `, column ${column}`}
        </button>
      )}
      <span className={styles.message}>{showInvisible(message)}</span>
    </li>
  );
}

function Families({
  title,
  sign,
  families,
}: {
  readonly title: string;
  readonly sign: string;
  readonly families: readonly LintFamily[];
}): ReactNode {
  if (families.length === 0) return null;
  return (
    <div className={styles.families}>
      <h3>{title}</h3>
      <ul>
        {families.map(({ name, type, sample_count: samples }) => (
          <li key={name}>
            <b>{sign}</b> <code>{showInvisible(name)}</code>{' '}
            <small>
              {type}, {formatPlural(samples, 'sample')}
            </small>
          </li>
        ))}
      </ul>
    </div>
  );
}
