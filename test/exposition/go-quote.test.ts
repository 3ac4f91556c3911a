import { expect, test } from 'vitest';
import { quoteGoByte, quoteGoBytes } from '../../src/exposition/go-quote.ts';
import { quotedBytesMax } from '../../src/exposition/limits.ts';

test('text is quoted as Go quotes it', () => {
  const f = (text: string, want: string): void => expect(quoteGoBytes(Buffer.from(text))).toBe(want);
  f('', '""');
  f('one', '"one"');
  f('1\r', '"1\\r"');
  f('a"b\\c\n\t', '"a\\"b\\\\c\\n\\t"');
  f("it's", '"it\'s"');
  f('\0\u007f\u001b', '"\\x00\\x7f\\x1b"');
  f('\u0007\b\f\v', '"\\a\\b\\f\\v"');
  f('é日😀', '"é日😀"');
  f('\u00a0\u200b', '"\\u00a0\\u200b"');
  f('\u{e0001}', '"\\U000e0001"');
});

test('bytes that are not UTF-8 are shown by their numbers', () => {
  const f = (bytes: number[], want: string): void => expect(quoteGoBytes(Buffer.from(bytes))).toBe(want);
  f([0xff, 0xfe], '"\\xff\\xfe"');
  f([0xc3], '"\\xc3"');
  f([0x61, 0xc3, 0xa9, 0xc3, 0x62], '"aé\\xc3b"');
  f([0xed, 0xa0, 0x80], '"\\xed\\xa0\\x80"');
});

test('a single byte is quoted as the character of its number', () => {
  expect(quoteGoByte(0x27)).toBe("'\\''");
  expect(quoteGoByte(0x22)).toBe(`'"'`);
  expect(quoteGoByte(0x0a)).toBe("'\\n'");
  expect(quoteGoByte(0xe9)).toBe("'é'");
  expect(quoteGoByte(0x80)).toBe("'\\u0080'");
});

test('a token as long as a body is cut', () => {
  expect(quoteGoBytes(Buffer.alloc(quotedBytesMax + 1, 'x'))).toBe(`"${'x'.repeat(quotedBytesMax)}"...`);
});
