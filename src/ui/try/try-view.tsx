import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { lint, type LintResult, sendPush, serverAddress } from '../api.ts';
import { formatPushCommand } from '../format/commands.ts';
import { CommandLine } from '../parts/command-line.tsx';
import { Icon } from '../parts/icons.tsx';
import { Problem } from '../parts/problem.tsx';
import { navigate } from '../url/use-view-state.ts';
import { formatViewState, isBodyInAddress, openGroup, type TryViewState } from '../url/view-state.ts';
import { Editor, type EditorHandle } from './editor.tsx';
import { LabelsForm } from './labels-form.tsx';
import { findLongBody, keepLongBody } from './long-body.ts';
import styles from './try.module.css';
import { Verdict } from './verdict.tsx';

/** How long after the last key the server is asked. */
const typingMs = 250;

/** Compose a push, see what the server would say to it, and send it. */
export function TryView({ view }: { readonly view: TryViewState }): ReactNode {
  const { draft, settled, isKept, setDraft } = useDraft(view);
  const editor = useRef<EditorHandle>(null);
  const isEmpty = settled.body === '' && settled.job === '';
  const checked = useQuery({
    queryKey: ['lint', settled],
    queryFn: ({ signal }) => lint({ method: settled.method, labels: collectLabels(settled), body: settled.body }, signal),
    enabled: !isEmpty,
    placeholderData: keepPreviousData,
    staleTime: 0,
    // The key holds the whole body: one for each pause in the typing would soon be many megabytes.
    gcTime: 0,
  });
  const result = isEmpty ? undefined : checked.data;
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
        {!isBodyInAddress(draft) && (
          <p className={styles.quiet} role="status">
            The body is too long for the address, which holds the rest.{' '}
            {isKept
              ? 'It is checked and sent as a whole, and kept in this tab until it is closed; a colleague needs a copy of it.'
              : 'It is checked and sent as a whole, but lost with this view: keep a copy.'}
          </p>
        )}
      </section>
      <section className={styles.outcome} aria-label="What the server says">
        <Verdict result={result} error={checked.error} onGoTo={(line, column) => editor.current?.goTo(line, column)} />
        <Sending push={settled} result={result} isCurrent={draft === settled && !checked.isPlaceholderData} />
      </section>
    </div>
  );
}

interface Draft {
  /** What stands in the form. */
  readonly draft: TryViewState;
  /** The draft of when the typing last paused: this is checked, sent, and in the address as far as it fits there. */
  readonly settled: TryViewState;
  /** Whether a body that is too long for the address comes back when the page is loaded again. */
  readonly isKept: boolean;
  readonly setDraft: (draft: TryViewState) => void;
}

/** The draft lives here, not in the address: that has no room for a long body, which the tab keeps instead. */
function useDraft(view: TryViewState): Draft {
  const [draft, setDraft] = useState(() => restoreBody(view));
  const [settled, setSettled] = useState(draft);
  const [isKept, setKept] = useState(true);
  const written = useRef(formatViewState(view));
  useEffect(() => {
    const address = formatViewState(view);
    if (address === written.current) return;
    // The address has changed by another hand.
    written.current = address;
    const restored = restoreBody(view);
    setDraft(restored);
    setSettled(restored);
  }, [view]);
  useEffect(() => {
    if (draft === settled) return;
    const timer = setTimeout(() => {
      setSettled(draft);
      written.current = formatViewState(draft);
      setKept(keepLongBody(written.current, isBodyInAddress(draft) ? '' : draft.body));
      navigate(draft, 'replace');
    }, typingMs);
    return () => clearTimeout(timer);
  }, [draft, settled]);
  return { draft, settled, isKept, setDraft };
}

function restoreBody(view: TryViewState): TryViewState {
  return view.body === '' ? { ...view, body: findLongBody(formatViewState(view)) } : view;
}

function collectLabels({ job, labels }: TryViewState): Record<string, string> {
  const named = labels.filter(({ name }) => name !== '').map(({ name, value }) => [name, value] as const);
  return { ...Object.fromEntries(named), ...(job === '' ? {} : { job }) };
}

interface SendingProps {
  readonly push: TryViewState;
  readonly result: LintResult | undefined;
  /** Whether the result is that of what stands in the form now: its path is where the push goes. */
  readonly isCurrent: boolean;
}

function Sending({ push, result, isCurrent }: SendingProps): ReactNode {
  const queries = useQueryClient();
  const { push_path: pushPath, id: groupId } = result?.group ?? {};
  const sending = useMutation({
    mutationFn: () => sendPush(pushPath ?? '', push.method, push.body),
    onSettled: () => queries.invalidateQueries({ queryKey: ['lint'] }),
  });
  const { reset } = sending;
  useEffect(() => reset(), [push, reset]);
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
          <CommandLine command={formatPushCommand(serverAddress(), pushPath, push.method)} />
        </div>
      )}
    </div>
  );
}
