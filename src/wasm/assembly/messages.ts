// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. `Messages` says what it is for.
// Hot path, guarded by bench/ ('scrape small protobuf') and by test/exposition/page/field-writer.test.ts, which holds it to the long way.
import { end as linesEnd, rewind as rewindLines, write as writeLines } from './form-lines';
import { end as fieldsEnd, position as fieldsPosition, write as writeFields } from './metric-fields';

/** The step of groups, and the place of the one among its slots, where the lines stand. */
export { place as groupStep, position as groupPosition } from './form-lines';
export { setUp } from './metric-fields';

/** Why `write` returned: see `Messages`. The others are those of form-lines. */
const atEnd: u32 = 0;
const outputIsFull: u32 = 4;
const messageIsForeign: u32 = 5;

/** In the place of the address of a family: a message begins. */
const beginsMessage: u32 = 1;
const stepBytes: usize = 12;
/** What stands before the header: the tag of values, the length of the family's name, and a word for others. */
const headBytes: usize = 12;
/** Bytes behind the fields that may be touched, and those of a length. */
const fieldRoom: usize = 64;
const lengthBytesMax: usize = 5;

/** The step with which the message at hand begins, and that behind its last one; 0 if it was not begun. */
let message: u32 = 0;
let messageEnd: u32 = 0;
/** Where its lines end so far. */
let textEnd: usize = 0;
let outputEnd: usize = 0;
/** Bytes of the length of the last message: the next one is mostly as long. */
let lengthBytes: usize = 1;

/** To go on with the message that begins with this step. */
export function rewind(toStep: u32): void {
  message = toStep;
  messageEnd = 0;
}

/** The step with which the message at hand begins. */
export function place(): u32 {
  return message;
}

/** Behind the last message that was written. */
export function end(): usize {
  return outputEnd;
}

/** To go on behind what somebody else has written. */
export function moveEnd(to: usize): void {
  outputEnd = to;
}

/** Writes messages from where the writing stands to where it has to stop. */
export function write(
  steps: usize,
  count: u32,
  groups: usize,
  forms: usize,
  page: usize,
  pageLimit: usize,
  output: usize,
  outputFull: usize,
  outputLimit: usize,
): u32 {
  while (message < count) {
    if (messageEnd === 0) {
      textEnd = page;
      messageEnd = message + 1;
      while (messageEnd < count && load<u32>(steps + <usize>messageEnd * stepBytes) !== beginsMessage) messageEnd++;
      rewindLines(message + 1, 0);
    }
    const reason = writeLines(steps, messageEnd, groups, forms, 1, textEnd, pageLimit);
    textEnd = linesEnd();
    if (reason !== atEnd) return reason;
    const head: usize = load<u32>(steps + <usize>message * stepBytes, 4);
    const headerLength = <usize>load<u32>(steps + <usize>message * stepBytes, 8) - headBytes;
    if (outputEnd + lengthBytesMax + headerLength + 2 * (textEnd - page) + fieldRoom > outputLimit) {
      messageEnd = 0;
      return outputEnd > output ? outputIsFull : messageIsForeign;
    }
    if (!writeMessage(head, headerLength, page)) return messageIsForeign;
    message = messageEnd;
    messageEnd = 0;
    if (outputEnd >= outputFull) return outputIsFull;
  }
  return atEnd;
}

/** Writes the header at `head`, and the fields of the lines in the page. False for what is not known here. */
function writeMessage(head: usize, headerLength: usize, page: usize): bool {
  const header = outputEnd + lengthBytes;
  const fields = header + headerLength;
  let end = fields;
  if (textEnd > page) {
    if (!writeFields(load<u32>(head), load<u32>(head, 4), page, textEnd, fields) || fieldsPosition() !== textEnd) return false;
    end = fieldsEnd();
  }
  memory.copy(header, head + headBytes, headerLength);
  const length = end - header;
  const needed = varintBytes(length);
  if (needed !== lengthBytes) {
    memory.copy(outputEnd + needed, header, length);
    lengthBytes = needed;
  }
  storeLength(outputEnd, length);
  outputEnd += needed + length;
  return true;
}

function storeLength(at: usize, length: usize): void {
  let rest = length;
  let end = at;
  for (; rest >= 0x80; rest >>>= 7) store<u8>(end++, (<u32>rest) | 0x80);
  store<u8>(end, <u32>rest);
}

function varintBytes(value: usize): usize {
  return (38 - <usize>clz((<u32>value) | 1)) / 7;
}
