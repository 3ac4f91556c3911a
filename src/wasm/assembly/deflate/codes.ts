import { makeAlphabet } from './alphabet';
import { put, putCode } from './bits';
import {
  count,
  distanceBitsMax,
  distanceCodes,
  distanceCounts,
  distanceSymbols,
  dynamicCodes,
  firstLength,
  headerBitsMax,
  headerCodes,
  headerCounts,
  headerSymbols,
  headerText,
  lengthCodes,
  lengthMax,
  lengthSymbols,
  literalBitsMax,
  literalCodes,
  literalCounts,
  literalSymbols,
  noLiteral,
  repeatLength,
  wordAt,
} from './room';

/** From the counts. */
export function makeCodes(room: usize): void {
  makeAlphabet(room, literalCounts, literalCodes, literalSymbols, literalBitsMax);
  makeAlphabet(room, distanceCounts, distanceCodes, distanceSymbols, distanceBitsMax);
  store<u32>(wordAt(room + literalCodes, noLiteral), 0);
  for (let length: usize = 3; length <= lengthMax; length++) {
    const address = room + (length << 2);
    const symbol = load<u32>(address, lengthSymbols);
    const code = load<u32>(wordAt(room + literalCodes, firstLength + (symbol & 255)));
    const size = code >> 24;
    const extra = (symbol >> 8) & 255;
    store<u32>(address, (code & 0xffffff) | ((symbol >> 16) << size) | ((size + extra) << 24), lengthCodes);
  }
}

/** The dynamic header (RFC 1951 §3.2.7). Every symbol has a code, so it never needs to say that one has none. */
export function writeHeader(room: usize): void {
  put(0, 1);
  put(dynamicCodes, 2);
  put(literalSymbols - 257, 5);
  put(distanceSymbols - 1, 5);
  put(headerSymbols - 4, 4);
  const size = describeCodes(room);
  makeAlphabet(room, headerCounts, headerCodes, headerSymbols, headerBitsMax);
  for (let i: u32 = 0; i < headerSymbols; i++) put(load<u32>(wordAt(room + headerCodes, headerOrder(i))) >> 24, 3);
  for (let i: u32 = 0; i < size; i++) {
    const symbol = load<u32>(wordAt(room + headerText, i));
    putCode(load<u32>(wordAt(room + headerCodes, symbol & 255)));
    if ((symbol & 255) === repeatLength) put(symbol >> 8, 2);
  }
}

/** The lengths of all codes, with repetitions, as text of the header. Returns how many symbols that takes, and counts them. */
function describeCodes(room: usize): u32 {
  memory.fill(room + headerCounts, 0, literalCodes - headerCounts);
  let size: u32 = 0;
  let before: u32 = 0;
  let run: u32 = 0;
  // One more than there are, to end the last run.
  for (let s: u32 = 0; s <= literalSymbols + distanceSymbols; s++) {
    const codes = s < literalSymbols ? wordAt(room + literalCodes, s) : wordAt(room + distanceCodes, s - literalSymbols);
    const length: u32 = s === literalSymbols + distanceSymbols ? 0 : load<u32>(codes) >> 24;
    if (length === before) {
      run++;
      continue;
    }
    for (; run >= 3; run -= min<u32>(run, 6)) size = describe(room, size, repeatLength | ((min<u32>(run, 6) - 3) << 8));
    for (; run > 0; run--) size = describe(room, size, before);
    if (length !== 0) size = describe(room, size, length);
    before = length;
  }
  return size;
}

function describe(room: usize, size: u32, symbol: u32): u32 {
  store<u32>(wordAt(room + headerText, size), symbol);
  count(wordAt(room + headerCounts, symbol & 255));
  return size + 1;
}

/** 16, 17, 18, 0, 8, 7, 9, 6, 10, 5 ... 1, 15: lengths that are rare come last. */
function headerOrder(i: u32): u32 {
  if (i < 3) return repeatLength + i;
  if (i === 3) return 0;
  return (i & 1) === 0 ? 6 + (i >> 1) : 9 - ((i - 1) >> 1);
}
