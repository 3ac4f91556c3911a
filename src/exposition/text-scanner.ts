import { isUtf8 } from 'node:buffer';
import { isLegacyCharCode } from '../model/names.ts';
import { textParseRefusal } from './errors.ts';
import { quoteGoBytes } from './go-quote.ts';

const tab = 9;
const lineFeed = 10;
const space = 32;
const doubleQuote = 34;
const backslash = 92;
const letterN = 110;

/**
 * Walks over the bytes of a text exposition, token by token, and knows the line for errors. It looks at every byte a bounded number
 * of times. Every reading ends in a refusal where the input ends: text may only end at the start of a line.
 */
export class TextScanner {
  readonly bytes: Buffer;
  /** Index of the byte that is looked at next. */
  at = 0;
  /** Counted from 1. */
  line = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Steps over the blanks at the start of a line; answers whether the input goes on behind them. */
  startLine(): boolean {
    this.line++;
    while (isBlank(this.bytes[this.at])) this.at++;
    return this.at < this.bytes.length;
  }

  /** The byte that is looked at. */
  peek(): number {
    return this.bytes[this.at] ?? this.failAtEnd();
  }

  /** Steps over blanks, if any; answers the byte behind them. */
  skipBlanks(): number {
    while (isBlank(this.bytes[this.at])) this.at++;
    return this.peek();
  }

  /** Steps behind the next line feed. */
  skipLine(): void {
    const end = this.bytes.indexOf(lineFeed, this.at);
    if (end === -1) this.failAtEnd();
    this.at = end + 1;
  }

  /** The bytes up to a blank or line feed, which is looked at next. */
  readWord(): Buffer {
    const start = this.at;
    let byte = this.peek();
    while (!isBlank(byte) && byte !== lineFeed) {
      this.at++;
      byte = this.peek();
    }
    return this.bytes.subarray(start, this.at);
  }

  /** The bytes up to the line feed, and steps behind it. */
  readLine(): Buffer {
    const start = this.at;
    this.skipLine();
    return this.bytes.subarray(start, this.at - 1);
  }

  /** The bytes up to the line feed with the escapes `\\`, `\n` and `\"` undone, and steps behind it. */
  readEscapedLine(): Buffer {
    return this.#readEscaped(lineFeed, 'help text', noBytes);
  }

  /**
   * What stands between double quotes with escapes undone, behind what stood `before` them; to be called on the opening one, stops
   * behind the closing one.
   */
  readQuoted(what: 'label value' | 'label name' | 'metric name', before: Buffer = noBytes): Buffer {
    this.at++;
    const quoted = this.#readEscaped(doubleQuote, what, before);
    return before.length === 0 ? quoted : Buffer.concat([before, quoted]);
  }

  /**
   * A name: text if it was written plainly, bytes if any of it was in quotes (it then may hold anything). Stops at the first byte
   * behind it; an empty text means that no name begins here.
   */
  readName(what: 'label name' | 'metric name'): string | Buffer {
    const start = this.at;
    while (isNameByte(this.peek(), this.at === start, what === 'metric name')) this.at++;
    if (this.peek() !== doubleQuote) return this.bytes.toString('latin1', start, this.at);
    const name = this.readQuoted(what, this.bytes.subarray(start, this.at));
    this.peek();
    return name;
  }

  /** Refuses the body with the reference's sentence, then a hint on what to change. */
  fail(message: string, hint?: string): never {
    const sentence = `text format parsing error in line ${this.line}: ${message}`;
    throw textParseRefusal(hint === undefined ? sentence : `${sentence}; hint: ${hint}`);
  }

  failAtEnd(): never {
    this.fail('unexpected end of input stream', 'the last line must end in a line feed');
  }

  /** Steps behind `end` and answers what stood before it, escapes undone. */
  #readEscaped(end: number, what: string, before: Buffer): Buffer {
    const start = this.at;
    let hasEscapes = false;
    for (let byte = this.peek(); byte !== end; byte = this.peek()) {
      if (byte === lineFeed) {
        const token = Buffer.concat([before, undoEscapes(this.bytes.subarray(start, this.at))]);
        this.fail(`${what} ${quoteGoBytes(token)} contains unescaped new-line`);
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
    const written = this.bytes.subarray(start, this.at++);
    return hasEscapes ? undoEscapes(written) : written;
  }
}

const noBytes: Buffer = Buffer.alloc(0);

/** A copy with `\\`, `\"` and `\n` undone; there are no other escapes in it. */
function undoEscapes(written: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(written.length);
  let length = 0;
  for (let i = 0; i < written.length; i++) {
    let byte = written[i] ?? 0;
    if (byte === backslash) {
      byte = written[++i] ?? 0;
      if (byte === letterN) byte = lineFeed;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** The text of bytes that must be UTF-8; `null` if they are not. */
export function decodeUtf8(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === tab;
}

function isNameByte(byte: number, isFirst: boolean, allowColon: boolean): boolean {
  return isLegacyCharCode(byte, isFirst, allowColon);
}
