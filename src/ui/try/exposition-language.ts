import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { type Tag, tags } from '@lezer/highlight';

/** Where in a line the reading has got to. */
interface LineState {
  place: 'start' | 'keyword' | 'metric-of-comment' | 'rest-of-comment' | 'labels' | 'value';
  keyword: string;
}

const language = StreamLanguage.define<LineState>({
  name: 'exposition',
  startState: () => ({ place: 'start', keyword: '' }),
  token(stream, state) {
    if (stream.sol()) state.place = 'start';
    if (stream.eatSpace()) return null;
    return state.place === 'start' ? readStart(stream, state) : readOn(stream, state);
  },
});

function readStart(stream: StringStream, state: LineState): string | null {
  if (stream.eat('#')) {
    state.place = 'keyword';
    return 'comment';
  }
  state.place = 'value';
  if (stream.match(/^[a-zA-Z_:][\w:]*/)) return 'variableName';
  return readOn(stream, state);
}

function readOn(stream: StringStream, state: LineState): string | null {
  switch (state.place) {
    case 'keyword':
      return readKeyword(stream, state);
    case 'metric-of-comment':
      state.place = 'rest-of-comment';
      stream.match(/^("(?:[^"\\]|\\.)*"|\S+)/);
      return 'variableName';
    case 'rest-of-comment':
      stream.skipToEnd();
      return state.keyword === 'TYPE' ? 'typeName' : 'comment';
    case 'labels':
      return readLabels(stream, state);
    default:
      return readValue(stream, state);
  }
}

function readKeyword(stream: StringStream, state: LineState): string {
  state.keyword = (stream.match(/^(HELP|TYPE)\b/) as RegExpMatchArray | null)?.[1] ?? '';
  if (state.keyword === '') {
    stream.skipToEnd();
    return 'comment';
  }
  state.place = 'metric-of-comment';
  return 'keyword';
}

function readLabels(stream: StringStream, state: LineState): string | null {
  if (stream.match(/^"(?:[^"\\]|\\.)*"/)) return 'string';
  if (stream.match(/^[a-zA-Z_][\w]*/)) return 'propertyName';
  if (stream.next() === '}') state.place = 'value';
  return 'punctuation';
}

function readValue(stream: StringStream, state: LineState): string | null {
  if (stream.eat('{')) {
    state.place = 'labels';
    return 'punctuation';
  }
  if (stream.match(/^[+-]?(?:nan|inf(?:inity)?|[\d.]+(?:e[+-]?\d+)?)(?=\s|$)/i)) return 'number';
  stream.next();
  return null;
}

/** The text format in colours; the colours themselves stand in try.module.css. */
export function expositionLanguage(classes: CSSModuleClasses): Extension {
  const styled = (tag: Tag, name: string): { tag: Tag; class: string } => ({ tag, class: classes[name] ?? '' });
  const style = HighlightStyle.define([
    styled(tags.comment, 'tokenComment'),
    styled(tags.keyword, 'tokenKeyword'),
    styled(tags.variableName, 'tokenMetric'),
    styled(tags.typeName, 'tokenType'),
    styled(tags.propertyName, 'tokenLabel'),
    styled(tags.string, 'tokenString'),
    styled(tags.number, 'tokenNumber'),
  ]);
  return [language, syntaxHighlighting(style)];
}
