import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { LintProblem } from '../api.ts';
import { styleNonce } from '../parts/nonce.ts';
import { expositionLanguage } from './exposition-language.ts';
import styles from './try.module.css';
import { typeOverLines } from './type-over-lines.ts';

export interface EditorHandle {
  /** Puts the cursor at a place; both count from 1. */
  readonly goTo: (line: number, column: number) => void;
}

interface EditorProps {
  readonly ref: Ref<EditorHandle>;
  readonly text: string;
  readonly problems: readonly LintProblem[];
  readonly onChange: (text: string) => void;
}

const example = '# TYPE my_job_duration_seconds gauge\nmy_job_duration_seconds{step="copy"} 42.5\n';

/** The body of a push, with the server's complaints marked where they belong. Tab leaves the box, as everywhere on the page. */
export function Editor({ ref, text, problems, onChange }: EditorProps): ReactNode {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (holder.current === null) return;
    const created = new EditorView({ parent: holder.current, state: createState(text, (changed) => latest.current(changed)) });
    view.current = created;
    return () => created.destroy();
    // The editor keeps its own text from here on; others that change it are handled below.
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  useEffect(() => {
    const editor = view.current;
    if (editor !== null)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          problems.flatMap((problem) => locate(editor.state, problem)),
        ),
      );
  }, [problems]);
  useImperativeHandle(ref, () => ({
    goTo(line, column) {
      const editor = view.current;
      if (editor === null) return;
      editor.dispatch({ selection: { anchor: offsetOf(editor.state, line, column) }, scrollIntoView: true });
      editor.focus();
    },
  }));
  return <div ref={holder} className={styles.editor} />;
}

function createState(text: string, onChange: (text: string) => void): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(styleNonce),
      EditorView.contentAttributes.of({ 'aria-label': 'Body of the push, in the text format', spellcheck: 'false' }),
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      placeholder(example),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      expositionLanguage(styles),
      typeOverLines,
      EditorView.updateListener.of(({ docChanged, state }) => {
        if (docChanged) onChange(state.doc.toString());
      }),
    ],
  });
}

/** A problem as the editor marks it: from its column to the end of the word, or the whole line where no column is known. */
function locate(state: EditorState, { line, column, severity, message }: LintProblem): Diagnostic[] {
  if (line === null) return [];
  const place = state.doc.line(clamp(line, 1, state.doc.lines));
  const from = column === null ? place.from : offsetOf(state, line, column);
  const word = /^\S+/.exec(state.sliceDoc(from, place.to))?.[0].length ?? 0;
  return [{ from, to: column === null ? place.to : Math.min(from + Math.max(1, word), place.to), severity, message }];
}

function offsetOf(state: EditorState, line: number, column: number): number {
  const place = state.doc.line(clamp(line, 1, state.doc.lines));
  return clamp(place.from + column - 1, place.from, place.to);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
