import type { WorkBudget } from './work-budget.ts';

/** What RE2 makes of a pattern, as `re2js` keeps it. At most 65,535 instructions. */
export interface Program {
  /** Instructions that take a character, and those that lead from one of them to the next. */
  readonly graph: { readonly start: number; numInst(): number; getInst(place: number): Instruction };
  /** First characters of all classes but the first: ascending, without 0. The program takes all characters of a class or none. */
  readonly bounds: Int32Array;
}

interface Instruction {
  readonly op: number;
  /** Where it leads. */
  readonly out: number;
  /** The other way of an alternative; what an assertion asks for. */
  readonly arg: number;
  /** For one that takes a character: whether it takes this one. */
  matchRune(rune: number): boolean;
}

/** `Instruction.op`, by the numbers of `re2js`. Those from `rune` on take a character. */
const operations = { alternative: 1, alternativeMatch: 2, capture: 3, assertion: 4, match: 6, nothing: 7, rune: 8, anyRune: 10 } as const;

/** What assertions ask for, by RE2's bits. */
const asked = { lineBegin: 1, lineEnd: 2, textBegin: 4, textEnd: 8, wordBoundary: 16, noWordBoundary: 32 } as const;

/** What stands beside a place in a text, as far as assertions care. */
type Neighbour = 'edge' | 'feed' | 'word' | 'other';

/** Where the program may be after some characters. */
interface State {
  /** Instructions that wait for a character, for the end or, being assertions, to know what comes next; ascending. */
  readonly waiting: readonly number[];
  /** The last character; `other` unless an assertion waits. */
  readonly before: Neighbour;
}

/** What stands in the table instead of the row of a next state: not known yet; nothing can fit any more; whatever comes fits. */
const [unknown, hopeless, certain] = [0, 1, 2];

const asciiCount = 128;

/**
 * Runs a program of RE2 over whole texts, as a table that leads from state to state: a look-up for each character. What is not in the table yet is
 * found out when a text first comes that way, at the cost of the budget. So the time for a text is in proportion to its length, whatever the program.
 */
export class Automaton {
  readonly #graph: Program['graph'];
  readonly #bounds: Int32Array;
  readonly #budget: WorkBudget;
  /** Of the characters of the basic plane, up to its last bound. */
  readonly #classes: Uint16Array;
  /** Columns of a row: the classes and, last, the end of the text. */
  readonly #width: number;
  /** A row for each state, and in it for each class where the row of the next state begins. */
  #table: Int32Array;
  /** By the places of their rows, the first of which is `initial`. */
  readonly #states = new Map<number, State>();
  readonly #rows = new Map<string, number>();
  readonly #initial: number;
  /** Instructions of which is known whether they take whatever comes. */
  readonly #rests = new Map<number, boolean>();
  /** For each instruction the last closure that came by. */
  readonly #visits: Uint32Array;
  #closures = 0;

  constructor({ graph, bounds }: Program, budget: WorkBudget) {
    this.#graph = graph;
    this.#bounds = bounds;
    this.#budget = budget;
    this.#classes = classifyBasicPlane(bounds);
    this.#width = bounds.length + 2;
    this.#table = new Int32Array(16 * this.#width);
    this.#visits = new Uint32Array(graph.numInst());
    this.#initial = this.#addState('', { waiting: this.#close([graph.start], 0), before: 'edge' });
  }

  /** Whether the program takes the whole text. */
  matches(text: string): boolean {
    return this.matchesUnits(writeUnits(text), 0, text.length);
  }

  /** Whether the program takes all of a text in UTF-16: the units from one index up to another. Hot path: guarded by bench/group-list.mjs. */
  matchesUnits(units: Uint16Array, from: number, to: number): boolean {
    const classes = this.#classes;
    let table = this.#table;
    let row = this.#initial;
    for (let i = from; i < to; i++) {
      const unit = units[i] as number;
      let column;
      if (unit < asciiCount) column = classes[unit] as number;
      else {
        const rune = readRune(units, i, to);
        if (rune > 0xffff) i++;
        column = this.#classOf(rune);
      }
      let next = table[row + column] as number;
      if (next <= certain) {
        if (next === unknown) next = this.#step(row, column);
        if (next <= certain) return next === certain;
        table = this.#table;
      }
      row = next;
    }
    const end = this.#width - 1;
    const outcome = table[row + end] as number;
    return (outcome === unknown ? this.#step(row, end) : outcome) === certain;
  }

  /** How many bounds are up to the character. */
  #classOf(rune: number): number {
    if (rune < this.#classes.length) return this.#classes[rune] ?? 0;
    let [from, to] = [0, this.#bounds.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#bounds[middle] ?? 0) <= rune) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Slow path: no text came this way before. */
  #step(row: number, column: number): number {
    const isEnd = column === this.#width - 1;
    const rune = column === 0 ? 0 : (this.#bounds[column - 1] ?? 0);
    const after = isEnd ? 'edge' : neighbourOf(rune);
    const here = this.#assert(this.#states.get(row) as State, after);
    const next = isEnd ? (this.#canEnd(here) ? certain : hopeless) : this.#find(this.#take(here, rune), after);
    this.#table[row + column] = next;
    return next;
  }

  /** What waits, with all that lies behind the assertions that hold. */
  #assert({ waiting, before }: State, after: Neighbour): readonly number[] {
    return waiting.some((place) => this.#graph.getInst(place).op === operations.assertion)
      ? this.#close(waiting, factsBetween(before, after))
      : waiting;
  }

  #canEnd(waiting: readonly number[]): boolean {
    return waiting.some((place) => this.#graph.getInst(place).op === operations.match);
  }

  #take(waiting: readonly number[], rune: number): readonly number[] {
    const reached: number[] = [];
    for (const place of waiting) {
      const instruction = this.#graph.getInst(place);
      if (instruction.op >= operations.rune && instruction.matchRune(rune)) reached.push(instruction.out);
    }
    return this.#close(reached, 0);
  }

  /** All that waits once the program is at these places, ascending. */
  #close(places: readonly number[], facts: number): readonly number[] {
    const closure = ++this.#closures;
    const waiting: number[] = [];
    const open = [...places];
    let seen = 0;
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (this.#visits[place] === closure) continue;
      this.#visits[place] = closure;
      seen++;
      const { op, out, arg } = this.#graph.getInst(place);
      if (op === operations.alternative || op === operations.alternativeMatch) open.push(out, arg);
      else if (op === operations.capture || op === operations.nothing) open.push(out);
      else if (op === operations.assertion && (arg & ~facts) === 0) open.push(out);
      else if (op >= operations.rune || op === operations.match || op === operations.assertion) waiting.push(place);
    }
    this.#budget.spend(seen + places.length);
    return waiting.sort((a, b) => a - b);
  }

  #find(waiting: readonly number[], last: Neighbour): number {
    if (waiting.length === 0) return hopeless;
    if (this.#isCertain(waiting)) return certain;
    const before = waiting.some((place) => this.#graph.getInst(place).op === operations.assertion) ? last : 'other';
    const name = `${before}${String.fromCharCode(...waiting)}`;
    return this.#rows.get(name) ?? this.#addState(name, { waiting, before });
  }

  /** Whether it may end here, and waits in a loop of any characters behind each of which it may end, too. */
  #isCertain(waiting: readonly number[]): boolean {
    return this.#canEnd(waiting) && waiting.some((place) => this.#isRest(place));
  }

  #isRest(place: number): boolean {
    let isRest = this.#rests.get(place);
    if (isRest === undefined) {
      const { op, out } = this.#graph.getInst(place);
      const behind = op === operations.anyRune ? this.#close([out], 0) : [];
      isRest = behind.includes(place) && this.#canEnd(behind);
      this.#rests.set(place, isRest);
    }
    return isRest;
  }

  #addState(name: string, state: State): number {
    this.#budget.spend(this.#width >> 3);
    const row = (this.#states.size + 2) * this.#width;
    if (row + this.#width > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2);
      larger.set(this.#table);
      this.#table = larger;
    }
    this.#rows.set(name, row);
    this.#states.set(row, state);
    return row;
  }
}

function writeUnits(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** The character that begins at `at`; half of a pair alone is one, too. */
function readRune(units: Uint16Array, at: number, to: number): number {
  const unit = units[at] as number;
  if (unit < 0xd800 || unit > 0xdbff || at + 1 >= to) return unit;
  const low = units[at + 1] as number;
  return low < 0xdc00 || low > 0xdfff ? unit : 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/** For each character up to the last bound in the basic plane, and for all of ASCII, how many bounds are up to it. */
function classifyBasicPlane(bounds: Int32Array): Uint16Array {
  const inPlane = bounds.filter((bound) => bound <= 0xffff);
  const classes = new Uint16Array(Math.max(asciiCount, inPlane.at(-1) ?? 0));
  for (const [i, bound] of inPlane.entries()) classes.fill(i + 1, bound, inPlane[i + 1]);
  return classes;
}

function neighbourOf(rune: number): Neighbour {
  if (rune === 0x0a) return 'feed';
  return rune < 0x80 && /\w/.test(String.fromCharCode(rune)) ? 'word' : 'other';
}

/** What assertions are told of the place between the two, `edge` being the begin of the text or its end. */
function factsBetween(before: Neighbour, after: Neighbour): number {
  let facts = (before === 'word') === (after === 'word') ? asked.noWordBoundary : asked.wordBoundary;
  if (before === 'edge') facts |= asked.textBegin | asked.lineBegin;
  if (before === 'feed') facts |= asked.lineBegin;
  if (after === 'edge') facts |= asked.textEnd | asked.lineEnd;
  if (after === 'feed') facts |= asked.lineEnd;
  return facts;
}
