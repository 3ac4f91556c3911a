import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * What is typed over several lines is put in by the editor. The browser by itself would join the lines and style what it has joined with a
 * `style` attribute, which the policy of the page does not let in, so that each such key would be a complaint in the console.
 */
export const typeOverLines: Extension = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType, isComposing } = event;
    const selection = document.getSelection();
    if (inputType !== 'insertText' || isComposing || data === null || selection?.rangeCount !== 1) return false;
    // The document's own selection: the editor's state may not have heard yet of what a program has selected.
    const range = selection.getRangeAt(0);
    if (!view.contentDOM.contains(range.commonAncestorContainer)) return false;
    const from = view.posAtDOM(range.startContainer, range.startOffset);
    const to = view.posAtDOM(range.endContainer, range.endOffset);
    const { doc } = view.state;
    if (!data.includes('\n') && doc.lineAt(from).number === doc.lineAt(to).number) return false;
    const insert = view.state.toText(data);
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length },
      userEvent: 'input.type',
      scrollIntoView: true,
    });
    return true;
  },
});
