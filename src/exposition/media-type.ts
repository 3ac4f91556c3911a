export interface MediaType {
  /** In lower case. */
  readonly type: string;
  /** By name in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Splits a media type as Go's `mime.ParseMediaType` does, or answers `null` where it reports an error: no type, a malformed parameter,
 * two different values for one name. Parameters split up by RFC 2231 (`name*0=`) are left apart: nobody sends them.
 */
export function splitMediaType(text: string): MediaType | null {
  const semicolon = text.indexOf(';');
  const base = semicolon === -1 ? text : text.slice(0, semicolon);
  const type = base.trim().toLowerCase();
  const names = type.split('/');
  if (names.length !== 2 || !names.every(isToken)) return null;
  const parameters = new Map<string, string>();
  const rest = text.slice(base.length);
  let at = 0;
  while (at < rest.length) {
    parameterPattern.lastIndex = at;
    const match = parameterPattern.exec(rest);
    // Blanks at the end and one last semicolon are no error.
    if (match === null) return isEnd(rest.slice(at).trim()) ? { type, parameters } : null;
    const name = (match[1] ?? '').toLowerCase();
    const value = match[2] === undefined ? (match[3] ?? '') : unquote(match[2]);
    const known = parameters.get(name);
    if (known !== undefined && known !== value) return null;
    parameters.set(name, value);
    at = parameterPattern.lastIndex;
  }
  return { type, parameters };
}

const tokenCharacters = "[!#$%&'*+.^_`|~0-9A-Za-z{}-]";
const tokenPattern = new RegExp(`^${tokenCharacters}+$`);
const special = '[()<>@,;:\\\\"/[\\]?=]';
/** A backslash escapes what is special in a media type, and stands for itself before anything else. */
const quotedText = `(?:\\\\${special}|\\\\(?!${special})|[^"\\\\\\r\\n])*`;
/** `; name = token` or `; name = "quoted"`. */
const parameterPattern = new RegExp(`\\s*;\\s*(${tokenCharacters}+)\\s*=\\s*(?:"(${quotedText})"|(${tokenCharacters}+))`, 'y');
const escapePattern = new RegExp(`\\\\(${special})`, 'g');

/** Whether what is left behind the parameters, without blanks around it, is no more than one semicolon. */
function isEnd(rest: string): boolean {
  return rest === '' || rest === ';';
}

function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

function unquote(quoted: string): string {
  return quoted.replace(escapePattern, '$1');
}
