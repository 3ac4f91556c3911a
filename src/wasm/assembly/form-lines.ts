// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. `FormLines` says what it is for, and lays out what it reads.
// Hot path, guarded by `node bench/rooms/exposition.mjs`: a page of 500,000 samples, 61 MB, in 10 ms, nearly all of them here.

/** A kind of hole; from 0 on it is the place of a grouping label, below it a value. */
const allLabels: i32 = -1;

/** Why `write` returned: see `FormLines`. */
const atEnd: u32 = 0;
const pageIsFull: u32 = 1;
const groupIsUnknown: u32 = 2;
const groupIsForeign: u32 = 3;

/** In the place of an address: the group at a slot was not looked at, or others write its lines. */
const unknownGroup: u32 = 0;
const foreignGroup: u32 = 1;
/** In the place of a form number. */
const noForm: u32 = 0;
/** In an address: there is a message beside the text. */
const messageBit: u32 = 1;

/** Bytes of the longest value, with its line feed, rounded up to whole vectors; a vector may be copied past the end of a text. */
const valueRoom: usize = 64;
const vectorBytes: usize = 16;

// Where the writing stands: the step, the group in its list of slots, and inside the lines of the group or in a text.
let step: u32 = 0;
let index: u32 = 0;
/** The next hole of a form, or the next byte of a text; 0 where nothing was begun. */
let hole: usize = 0;
/** The next value for a form, or the end of a text. */
let value: usize = 0;
let pageEnd: usize = 0;
/** Where the lines of the last group begin. */
let groupStart: usize = 0;

/** How many groups are read ahead, of each two cache lines; and what was read there, so that the compiler does not leave it out. */
const groupsAhead: u32 = 16;
const cacheLine: usize = 64;
let touched: u32 = 0;

/** Whose programs stand in the table by form number, and how many of them. */
let shownFamily: usize = 0;
let shownCount: u32 = 0;

/** The step at hand; at the end the last one. */
export function place(): u32 {
  return step;
}

/** The next slot of that step to look at; at the end behind the last one. */
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

/** To go on with another step, from this slot on. */
export function rewind(toStep: u32, toIndex: u32): void {
  step = toStep;
  index = toIndex;
  hole = 0;
}

/** Takes steps from where the writing stands to where it has to stop. */
export function write(steps: usize, count: u32, groups: usize, forms: usize, isWholeTold: u32, pageStart: usize, pageLimit: usize): u32 {
  pageEnd = pageStart;
  while (step < count) {
    const record = steps + <usize>step * 12;
    const family: usize = load<u32>(record);
    const reason =
      family === 0
        ? writeText(load<u32>(record, 4), load<u32>(record, 8), pageLimit)
        : writeGroups(family, load<u32>(record, 4), load<u32>(record, 8), groups, forms, isWholeTold, pageLimit);
    if (reason !== atEnd || step + 1 === count) return reason;
    step++;
    index = 0;
  }
  return atEnd;
}

function writeGroups(family: usize, slots: usize, count: u32, groups: usize, forms: usize, isWholeTold: u32, pageLimit: usize): u32 {
  const lineFeeds = i8x16.splat(10);
  const anyProgram = load<u32>(family);
  if (anyProgram === 0) showPrograms(family, forms);
  let at = pageEnd;
  let touchedTo = index;
  for (; index < count; index++) {
    if (index === touchedTo) {
      touchedTo = min(index + groupsAhead, count);
      touchGroups(slots, touchedTo, groups, forms, anyProgram);
    }
    const group: usize = load<u32>(groups + ((<usize>load<u32>(slots + ((<usize>index) << 2))) << 2));
    if (group <= foreignGroup) return stop(at, group === unknownGroup ? groupIsUnknown : groupIsForeign);
    let program = anyProgram;
    if (program === 0) {
      const form = load<u32>(group);
      if (form === noForm) {
        const found = findText(group, family);
        if (found === 0 || (isWholeTold & load<u32>(found) & messageBit) !== 0) return stop(at, groupIsForeign);
        pageEnd = at;
        if (hole === 0) groupStart = at;
        const reason = writeText(load<u32>(found, 4), load<u32>(found, 8), pageLimit);
        if (reason !== atEnd) return reason;
        at = pageEnd;
        continue;
      }
      const shown = forms + ((<usize>form) << 3);
      program = load<u32>(shown, 4);
      if (load<u32>(shown) !== <u32>family || (isWholeTold & program & messageBit) !== 0) return stop(at, groupIsForeign);
      program &= ~messageBit;
    }
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

/**
 * Reads the beginnings of what the next groups have to say, so that all of them are on their way from memory at once: groups lie anywhere, and
 * to wait for one after the other took a fifth of the time (500,000 samples in 6.9 ms instead of 8.5; up to `readAheadBytes` behind them are read).
 */
function touchGroups(slots: usize, to: u32, groups: usize, forms: usize, anyProgram: u32): void {
  let sum: u32 = 0;
  for (let i = index; i < to; i++) {
    const group: usize = load<u32>(groups + ((<usize>load<u32>(slots + ((<usize>i) << 2))) << 2));
    if (group > foreignGroup) sum += load<u32>(group) + load<u32>(group, cacheLine);
  }
  for (let i = index; i < to; i++) {
    const group: usize = load<u32>(groups + ((<usize>load<u32>(slots + ((<usize>i) << 2))) << 2));
    if (group <= foreignGroup) continue;
    const form = load<u32>(group);
    const program: usize = (anyProgram !== 0 ? anyProgram : load<u32>(forms + ((<usize>form) << 3), 4)) & ~messageBit;
    if (program === 0 || (form === noForm && anyProgram === 0)) continue;
    const start: usize = load<u32>(group, 12) + load<u32>(load<u32>(group, 16) + (load<u32>(program) << 2));
    sum += <u32>load<u8>(start) + <u32>load<u8>(start, cacheLine) + <u32>load<u8>(load<u32>(group, 4));
  }
  touched = sum;
}

function stop(at: usize, reason: u32): u32 {
  pageEnd = at;
  return reason;
}

/** Writes a text, or what is left of it, as far as there is room. */
function writeText(text: usize, length: u32, pageLimit: usize): u32 {
  if (hole === 0) {
    hole = text;
    value = text + length;
  }
  const room = <isize>(pageLimit - vectorBytes) - <isize>pageEnd;
  const size = max<isize>(0, min<isize>(room, <isize>(value - hole)));
  if (size > 0) copy(pageEnd, hole, <usize>size);
  pageEnd += size;
  hole += size;
  if (hole < value) return pageIsFull;
  hole = 0;
  return atEnd;
}

/** Puts the programs of the family into the table by form number, each beside the family; those that are new, if it was the last one. */
function showPrograms(family: usize, forms: usize): void {
  if (family !== shownFamily) {
    shownFamily = family;
    shownCount = 0;
  }
  const list: usize = load<u32>(family, 4);
  const count = load<u32>(family, 8);
  for (; shownCount < count; shownCount++) {
    const entry = list + ((<usize>shownCount) << 3);
    const shown = forms + ((<usize>load<u32>(entry)) << 3);
    store<u32>(shown, <u32>family);
    store<u32>(shown, load<u32>(entry, 4), 4);
  }
}

/** The entry of a family among the texts of a group without form, which are sorted by family; 0 if there is none. */
function findText(group: usize, family: usize): usize {
  // Behind the starts of the two times.
  const texts: usize = load<u32>(group, 16) + 8;
  let low: u32 = 0;
  let high = load<u32>(texts);
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = texts + 4 + <usize>middle * 12;
    const found: usize = load<u32>(entry) & ~messageBit;
    if (found === family) return entry;
    if (found < family) low = middle + 1;
    else high = middle;
  }
  return 0;
}

/** Copies whole vectors, so up to 15 bytes more than asked. */
function copy(to: usize, from: usize, length: usize): void {
  v128.store(to, v128.load(from));
  for (let i: usize = 16; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}
