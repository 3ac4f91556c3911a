import { isAscii, isUtf8 } from 'node:buffer';
import { isLegacyCharCode } from '../model/names.ts';
import { refuseText } from './errors.ts';
import { quoteGoBytes } from './go-quote.ts';

const tab = 9;
const lineFeed = 10;
const space = 32;
const doubleQuote = 34;
const backslash = 92;
const letterN = 110;

/**
 * Walks over a text exposition, token by token, and knows the line for errors. It looks at every byte a bounded number of times. Every
 * reading ends in a refusal where the input ends: text may only end at the start of a line.
 *
 * Tokens are strings of one character for each byte, cut out of one string for the whole body: cheap, but they are no text yet
 * (see `decodeToken`), and whoever keeps one keeps the body (see `copyToken`).
 */
export class TextScanner {
  readonly #bytes: string;
  /** Every token of such a body is text as it is. */
  readonly #isAscii: boolean;
  /** Index of the byte that is looked at next. */
  at = 0;
  /** Counted from 1. */
  line = 0;
  /** Where the line began, and the token that was read last. */
  #lineStart = 0;
  #tokenStart = 0;
  /** Whether any of the name that was read last stood in quotes, so that it may hold anything. */
  isNameQuoted = false;

  constructor(body: Buffer) {
    this.#bytes = body.toString('latin1');
    this.#isAscii = isAscii(body);
  }

  /** Steps over the blanks at the start of a line; answers whether the input goes on behind them. */
  startLine(): boolean {
    this.line++;
    this.#lineStart = this.at;
    this.#tokenStart = this.at;
    while (isBlank(this.#bytes.charCodeAt(this.at))) this.at++;
    return this.at < this.#bytes.length;
  }

  /** The byte that is looked at. */
  peek(): number {
    return this.at < this.#bytes.length ? this.#bytes.charCodeAt(this.at) : this.#failAtEnd();
  }

  /** Steps over blanks, if any; answers the byte behind them. */
  skipBlanks(): number {
    while (isBlank(this.#bytes.charCodeAt(this.at))) this.at++;
    return this.peek();
  }

  /** Steps behind the next line feed. */
  skipLine(): void {
    const end = this.#bytes.indexOf('\n', this.at);
    if (end === -1) this.#failAtEnd();
    this.at = end + 1;
  }

  /** What stands before the next blank or line feed, which is looked at next. */
  readWord(): string {
    const start = this.at;
    this.#tokenStart = start;
    let byte = this.peek();
    while (!isBlank(byte) && byte !== lineFeed) {
      this.at++;
      byte = this.peek();
    }
    return this.#bytes.slice(start, this.at);
  }

  /** The rest of the line; steps behind its line feed. */
  readLine(): string {
    const start = this.at;
    this.#tokenStart = start;
    this.skipLine();
    return this.#bytes.slice(start, this.at - 1);
  }

  /** The rest of the line with the escapes `\\`, `\n` and `\"` undone; steps behind its line feed. */
  readEscapedLine(): string {
    return this.#readEscaped(lineFeed, 'help text', '');
  }

  /**
   * What stands between double quotes with escapes undone, behind what stood `before` them; to be called on the opening one, stops
   * behind the closing one.
   */
  readQuoted(what: 'label value' | 'label name' | 'metric name', before = ''): string {
    if (before === '') this.#tokenStart = this.at;
    this.at++;
    return before + this.#readEscaped(doubleQuote, what, before);
  }

  /** A name; stops at the first byte behind it. Empty if no name begins here, or it is `""`. */
  readName(what: 'label name' | 'metric name'): string {
    const start = this.at;
    this.#tokenStart = start;
    const allowColon = what === 'metric name';
    while (isLegacyCharCode(this.peek(), this.at === start, allowColon)) this.at++;
    const plain = this.#bytes.slice(start, this.at);
    this.isNameQuoted = this.peek() === doubleQuote;
    if (!this.isNameQuoted) return plain;
    const name = this.readQuoted(what, plain);
    this.peek();
    return name;
  }

  /** The text of a token; `null` if it is not UTF-8. */
  decodeToken(token: string): string | null {
    if (this.#isAscii) return token;
    const bytes = Buffer.from(token, 'latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : null;
  }

  /** Refuses the body with the reference's sentence, then a hint on what to change. */
  fail(message: string, hint?: string): never {
    const sentence = `text format parsing error in line ${this.line}: ${message}`;
    throw refuseText(hint === undefined ? sentence : `${sentence}; hint: ${hint}`, { line: this.line, column: this.#findColumn(message) });
  }

  /** What is named in the message stands where the last token begins, unless it is what was found instead of another thing. */
  #findColumn(message: string): number {
    const at = /, found |unexpected end of /.test(message) ? this.at : this.#tokenStart;
    const before = this.#bytes.slice(this.#lineStart, Math.max(this.#lineStart, at));
    return Buffer.from(before.replace(/\n[^]*/, ''), 'latin1').toString('utf8').length + 1;
  }

  #failAtEnd(): never {
    this.fail('unexpected end of input stream', 'the last line must end in a line feed');
  }

  /** Steps behind `end` and answers what stood before it, escapes undone. */
  #readEscaped(end: number, what: string, before: string): string {
    const start = this.at;
    let hasEscapes = false;
    for (let byte = this.peek(); byte !== end; byte = this.peek()) {
      if (byte === lineFeed) {
        const token = before + undoEscapes(this.#bytes.slice(start, this.at));
        this.fail(`${what} ${quoteToken(token)} contains unescaped new-line`);
      }
      this.at++;
      if (byte !== backslash) continue;
      hasEscapes = true;
      const escaped = this.peek();
      if (escaped !== letterN && escaped !== backslash && escaped !== doubleQuote) {
        this.fail(`invalid escape sequence '\\${String.fromCharCode(escaped)}'`);
      }
      this.at++;
    }
    const written = this.#bytes.slice(start, this.at++);
    return hasEscapes ? undoEscapes(written) : written;
  }
}

/** A token in double quotes, as Go's `%q` shows its bytes. */
export function quoteToken(token: string): string {
  return quoteGoBytes(Buffer.from(token, 'latin1'));
}

/** The text of a token as a string of its own, for who keeps it: a part of a V8 string holds the whole. Bytes that are no UTF-8 become U+FFFD. */
export function copyToken(token: string): string {
  return Buffer.from(token, 'latin1').toString('utf8');
}

/** Works on bytes: a body may be one token of nothing but escapes. */
function undoEscapes(written: string): string {
  const bytes = Buffer.from(written, 'latin1');
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const escaped = byte === backslash ? bytes[++at] : byte;
    bytes[end++] = byte === backslash && escaped === letterN ? lineFeed : (escaped as number);
  }
  return bytes.toString('latin1', 0, end);
}

function isBlank(byte: number): boolean {
  return byte === space || byte === tab;
}
