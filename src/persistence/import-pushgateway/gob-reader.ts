import { createGobType, type GobField, type GobType, type GobValue, knownTypes, wireTypeNumber } from './gob-types.ts';
import { gobDepthMax, gobTypesMax } from './limits.ts';

/** The bytes are not a gob stream that we can read; the message ends with the byte. */
export class GobError extends Error {
  override readonly name: string = 'GobError';
}

/**
 * Reads a gob stream (the documentation of Go's encoding/gob) that holds one value: the types that a Pushgateway writes, which are
 * maps, structs, slices, strings, integers and types that encode themselves. Every count and length is held against the bytes that
 * are there before anything is allocated for it. Throws a GobError for anything else.
 */
export function readGobStream(bytes: Buffer): GobValue {
  const reader = new GobReader(bytes);
  const value = reader.readStream();
  if (reader.pos < bytes.length) reader.fail(`${bytes.length - reader.pos} bytes follow where the value ends`);
  return value;
}

class GobReader {
  pos = 0;
  readonly #bytes: Buffer;
  /** End of the message that is being read. */
  #limit: number;
  readonly #types = new Map(knownTypes);

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#limit = bytes.length;
  }

  /** A stream is messages, each with its length: type definitions, numbered below zero, then the value. */
  readStream(): GobValue {
    for (;;) {
      this.#limit = this.#bytes.length;
      this.#limit = this.#lengthEnd();
      const number = this.#int();
      const value = number < 0 ? this.#value(wireTypeNumber, 0) : this.#topValue(number);
      if (this.pos !== this.#limit) this.fail(`${this.#limit - this.pos} bytes of a message are left over`);
      if (number >= 0) return value;
      this.#define(-number, value);
    }
  }

  fail(problem: string): never {
    throw new GobError(`${problem} at byte ${this.pos}`);
  }

  #define(number: number, definition: GobValue): void {
    if (this.#types.has(number)) this.fail(`type ${number} is defined twice`);
    if (this.#types.size - knownTypes.size >= gobTypesMax) this.fail(`more than ${gobTypesMax} types are defined`);
    const type = createGobType(definition);
    if (type !== null) this.#types.set(number, type);
  }

  /** A value that is not a struct stands behind a zero when it is the whole message. */
  #topValue(number: number): GobValue {
    if (this.#type(number).kind !== 'struct' && this.#number() !== 0) this.fail('the value does not begin with a zero');
    return this.#value(number, 0);
  }

  #type(number: number): GobType {
    return this.#types.get(number) ?? this.fail(`type ${number} is unknown or not one that a Pushgateway writes`);
  }

  #value(number: number, depth: number): GobValue {
    if (depth > gobDepthMax) this.fail(`values are nested more than ${gobDepthMax} deep`);
    const type = this.#type(number);
    switch (type.kind) {
      case 'int':
        return { kind: 'int', value: this.#int() };
      case 'uint':
        return { kind: 'uint', value: this.#uint() };
      case 'bytes':
        return { kind: 'bytes', value: this.#take() };
      case 'slice':
        return this.#slice(type.element, depth);
      case 'map':
        return this.#map(type.key, type.element, depth);
      case 'struct':
        return this.#struct(type.fields, depth);
    }
  }

  #slice(element: number, depth: number): GobValue {
    const elements: GobValue[] = [];
    for (let count = this.#count(1); count > 0; count--) elements.push(this.#value(element, depth + 1));
    return { kind: 'slice', elements };
  }

  #map(key: number, element: number, depth: number): GobValue {
    const entries: [GobValue, GobValue][] = [];
    for (let count = this.#count(2); count > 0; count--) {
      entries.push([this.#value(key, depth + 1), this.#value(element, depth + 1)]);
    }
    return { kind: 'map', entries };
  }

  /** Each field says how far it is behind the last one; fields with their zero value are left out; 0 ends the struct. */
  #struct(fields: readonly GobField[], depth: number): GobValue {
    const values = new Map<string, GobValue>();
    for (let index = -1; ;) {
      const step = this.#number();
      if (step === 0) return { kind: 'struct', fields: values };
      const field = fields[(index += step)];
      if (field === undefined) this.fail('a struct has a field that its type does not have');
      values.set(field.name, this.#value(field.type, depth + 1));
    }
  }

  /** A number of things that take at least `bytesEach` bytes. */
  #count(bytesEach: number): number {
    const count = this.#number();
    const left = this.#limit - this.pos;
    if (count * bytesEach > left) this.fail(`${count} entries are announced, but only ${left} bytes are left`);
    return count;
  }

  #take(): Buffer {
    const end = this.#lengthEnd();
    const taken = this.#bytes.subarray(this.pos, end);
    this.pos = end;
    return taken;
  }

  #lengthEnd(): number {
    const length = this.#number();
    const left = this.#limit - this.pos;
    if (length > left) this.fail(`${length} bytes are announced, but only ${left} are left`);
    return this.pos + length;
  }

  /** A step, count or length. One above 2^53 is not exact, and far above what is right. */
  #number(): number {
    const first = this.#bytes[this.pos] ?? 0xff;
    // Fast path: below 128.
    return first < 0x80 ? this.#byte() : Number(this.#uint());
  }

  /** Type numbers and the like; the sign is the lowest bit. */
  #int(): number {
    const bits = this.#uint();
    const value = Number((bits & 1n) === 1n ? ~(bits >> 1n) : bits >> 1n);
    return Number.isSafeInteger(value) ? value : this.fail('an integer is too large');
  }

  /** One byte below 128, or the number of bytes that follow, negated, and these with the highest first. */
  #uint(): bigint {
    const first = this.#byte();
    if (first < 0x80) return BigInt(first);
    const length = 0x100 - first;
    if (length > 8) this.fail('an integer is longer than 64 bits');
    let value = 0n;
    for (let i = 0; i < length; i++) value = (value << 8n) | BigInt(this.#byte());
    return value;
  }

  #byte(): number {
    const byte = this.pos < this.#limit ? this.#bytes[this.pos] : undefined;
    if (byte === undefined) this.fail(this.#limit === this.#bytes.length ? 'the file ends too early' : 'a message ends too early');
    this.pos++;
    return byte;
  }
}
