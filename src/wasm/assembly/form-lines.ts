// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. `FormLines` says what it is for, and lays out what it reads.
// Hot path, guarded by `node bench/rooms/exposition.mjs`: a page of 500,000 samples, 61 MB, in 10 ms, half of them here.

/** A kind of hole; from 0 on it is the place of a grouping label, below it a value. */
const allLabels: i32 = -1;

/** Why `write` returned: see `FormLines`. */
const atEnd: u32 = 0;
const pageIsFull: u32 = 1;
const groupIsUnknown: u32 = 2;
const groupIsForeign: u32 = 3;
const programIsUnknown: u32 = 4;

/** In the place of an address: the group at a slot was not looked at, or others write its lines. */
const unknownGroup: u32 = 0;
const foreignGroup: u32 = 1;

/** Bytes of the longest value, with its line feed, rounded up to whole vectors; a vector may be copied past the end of a text. */
const valueRoom: usize = 64;

// Where the writing stands: the group in the list of slots, and inside its lines.
let index: u32 = 0;
let hole: usize = 0;
let value: usize = 0;
let pageEnd: usize = 0;
/** Where the lines of the last group begin. */
let groupStart: usize = 0;

/** The next slot to look at. */
export function position(): u32 {
  return index;
}

/** Where the page ends now. */
export function end(): usize {
  return pageEnd;
}

/** Where the lines of the group begin that was written last, if all of them are in one page. */
export function start(): usize {
  return groupStart;
}

/** To begin with another list of slots. */
export function rewind(to: u32): void {
  index = to;
  hole = 0;
}

/** Writes the lines of one family for the groups at `slots`, from where the writing stands to where it has to stop. */
export function write(slots: usize, count: u32, groups: usize, programs: usize, pageStart: usize, pageLimit: usize): u32 {
  const lineFeeds = i8x16.splat(10);
  let at = pageStart;
  for (; index < count; index++) {
    const group = load<u32>(groups + ((<usize>load<u32>(slots + ((<usize>index) << 2))) << 2));
    if (group <= foreignGroup) return stop(at, group === unknownGroup ? groupIsUnknown : groupIsForeign);
    const program = load<u32>(programs + ((<usize>load<u32>(group)) << 2));
    if (program === 0) return stop(at, programIsUnknown);
    const labels = load<u32>(group, 4);
    const labelsLength = load<u32>(group, 8);
    const lastHole: usize = load<u32>(program, 8);
    if (hole === 0) {
      groupStart = at;
      hole = load<u32>(program, 4);
      value = load<u32>(group, 12) + load<u32>(load<u32>(group, 16) + (load<u32>(program) << 2));
    }
    for (; hole < lastHole; hole += 12) {
      const length = load<u32>(hole, 4);
      if (at + length + labelsLength + valueRoom > pageLimit) return stop(at, pageIsFull);
      copy(at, load<u32>(hole), length);
      at += length;
      const kind = load<i32>(hole, 8);
      if (kind === allLabels) {
        copy(at, labels, labelsLength);
        at += labelsLength;
      } else if (kind >= 0) {
        const label = group + 20 + (kind << 3);
        copy(at, load<u32>(label), load<u32>(label, 4));
        at += load<u32>(label, 4);
      } else {
        let mask: i32;
        do {
          const text = v128.load(value);
          v128.store(at, text);
          mask = i8x16.bitmask(i8x16.eq(text, lineFeeds));
          const step = mask === 0 ? 16 : ctz(mask) + 1;
          value += step;
          at += step;
        } while (mask === 0);
      }
    }
    hole = 0;
  }
  return stop(at, atEnd);
}

function stop(at: usize, reason: u32): u32 {
  pageEnd = at;
  return reason;
}

/** Copies whole vectors, so up to 15 bytes more than asked. */
function copy(to: usize, from: usize, length: usize): void {
  v128.store(to, v128.load(from));
  for (let i: usize = 16; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}
