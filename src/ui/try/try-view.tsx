import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { lint, type LintResult, sendPush, serverAddress } from '../api.ts';
import { formatPushCommand } from '../format/commands.ts';
import { CommandLine } from '../parts/command-line.tsx';
import { Icon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { navigate } from '../url/use-view-state.ts';
import { formatViewState, openGroup, type TryViewState } from '../url/view-state.ts';
import { Editor, type EditorHandle } from './editor.tsx';
import { LabelsForm } from './labels-form.tsx';
import styles from './try.module.css';
import { Verdict } from './verdict.tsx';

/** How long after the last key the server is asked. */
const typingMs = 250;

/** Compose a push, see what the server would say to it, and send it. */
export function TryView({ view }: { readonly view: TryViewState }): ReactNode {
  const [draft, setDraft] = useDraft(view);
  const editor = useRef<EditorHandle>(null);
  const checked = useQuery({
    queryKey: ['lint', view],
    queryFn: ({ signal }) => lint({ method: view.method, labels: collectLabels(view), body: view.body }, signal),
    enabled: view.body !== '' || view.job !== '',
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const result = view.body === '' && view.job === '' ? undefined : checked.data;
  const problems = useMemo(() => result?.problems ?? [], [result]);
  const change = (part: Partial<TryViewState>): void => setDraft({ ...draft, ...part });
  return (
    <div className={styles.view}>
      <section className={styles.compose} aria-labelledby="try-title">
        <h1 id="try-title">Try it</h1>
        <p className={styles.quiet}>Compose a push. The server checks it while you type and stores nothing until you send it.</p>
        <div className={styles.form}>
          <SegmentedControl
            aria-label="Method"
            value={draft.method}
            onChange={(method) => change({ method: method === 'PUT' ? 'PUT' : 'POST' })}
            data={[
              { value: 'POST', label: 'Add (POST)' },
              { value: 'PUT', label: 'Replace (PUT)' },
            ]}
          />
          <TextInput
            className={styles.job ?? ''}
            label="Job"
            placeholder="my_job"
            required
            value={draft.job}
            onChange={(event) => change({ job: event.currentTarget.value })}
          />
          <LabelsForm labels={draft.labels} onChange={(labels) => change({ labels })} />
        </div>
        <Editor ref={editor} text={draft.body} problems={problems} onChange={(body) => change({ body })} />
      </section>
      <section className={styles.outcome} aria-label="What the server says">
        <Verdict result={result} error={checked.error} onGoTo={(line, column) => editor.current?.goTo(line, column)} />
        <Sending view={view} result={result} isCurrent={isSame(draft, view)} />
      </section>
    </div>
  );
}

/** What is typed, handed to the address when the typing pauses: from there it is checked, and can be sent to a colleague. */
function useDraft(view: TryViewState): [TryViewState, (draft: TryViewState) => void] {
  const [draft, setDraft] = useState(view);
  const written = useRef(view);
  useEffect(() => {
    // The address has changed by another hand.
    if (isSame(view, written.current)) return;
    written.current = view;
    setDraft(view);
  }, [view]);
  useEffect(() => {
    if (isSame(draft, written.current)) return;
    const timer = setTimeout(() => {
      written.current = draft;
      navigate(draft, 'replace');
    }, typingMs);
    return () => clearTimeout(timer);
  }, [draft]);
  return [draft, setDraft];
}

function isSame(a: TryViewState, b: TryViewState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function collectLabels({ job, labels }: TryViewState): Record<string, string> {
  const named = labels.filter(({ name }) => name !== '').map(({ name, value }) => [name, value] as const);
  return { ...Object.fromEntries(named), ...(job === '' ? {} : { job }) };
}

interface SendingProps {
  readonly view: TryViewState;
  readonly result: LintResult | undefined;
  /** Whether the server has seen what stands in the form now. */
  readonly isCurrent: boolean;
}

function Sending({ view, result, isCurrent }: SendingProps): ReactNode {
  const queries = useQueryClient();
  const { push_path: pushPath, id: groupId } = result?.group ?? {};
  const sending = useMutation({
    mutationFn: () => sendPush(pushPath ?? '', view.method, view.body),
    onSettled: () => queries.invalidateQueries({ queryKey: ['lint'] }),
  });
  const { reset } = sending;
  useEffect(() => reset(), [view, reset]);
  return (
    <div className={styles.sending}>
      <Button
        leftSection={<Icon name="send" />}
        loading={sending.isPending}
        disabled={pushPath === undefined || !isCurrent}
        onClick={() => sending.mutate()}
      >
        Send the push
      </Button>
      {sending.error !== null && <Problem what="push" error={sending.error} />}
      {sending.isSuccess && (
        <p className={styles.sent} role="status">
          <Icon name="check" /> The push was taken.{' '}
          {groupId !== undefined && <a href={formatViewState(openGroup(groupId))}>Show its group</a>}
        </p>
      )}
      {pushPath !== undefined && (
        <div className={styles.command}>
          <h3>The same from a shell</h3>
          <CommandLine command={formatPushCommand(serverAddress(), pushPath, view.method)} />
        </div>
      )}
    </div>
  );
}
