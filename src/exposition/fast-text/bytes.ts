/** Bytes that the decoder looks for, by name. */
export const lineFeed = 10;
export const blank = 32;
export const quote = 34;
export const hash = 35;
export const comma = 44;
export const equals = 61;
export const backslash = 92;
export const underscore = 95;
export const braceOpen = 123;
export const braceClose = 125;

/** 1 for every byte that may stand in a legacy metric name, behind the first one. */
export const metricNameBytes: Uint8Array = tableOf(/[a-zA-Z0-9_:]/);
/** 1 for every byte that may stand in a legacy label name, behind the first one. */
export const labelNameBytes: Uint8Array = tableOf(/[a-zA-Z0-9_]/);

export function isDigit(byte: number): boolean {
  return byte >= 48 /* 0 */ && byte <= 57; /* 9 */
}

function tableOf(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0));
}
