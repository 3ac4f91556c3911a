import { type BodyValues, createBodyValues } from '../../wasm/body-values.ts';
import { valueRoomBytes } from '../../wasm/limits.ts';
import { LinearMemory } from '../../wasm/linear-memory.ts';
import { placePowersOfFive } from '../../wasm/powers-of-five.ts';
import { createWireValues, type WireValues } from '../../wasm/wire-values.ts';
import { deskBytesMax } from '../limits.ts';
import { renderedNumberLengthMax } from './numbers.ts';

/**
 * Where templates look at a body, and write its values: in the memory of `BodyValues` and `WireValues`. What they bring along stays there, until so much of it
 * lies around that the desk is thrown away.
 */
export class BodyDesk {
  readonly memory: LinearMemory = new LinearMemory();
  readonly #powersOfFive: number = placePowersOfFive(this.memory);
  readonly values: BodyValues = createBodyValues(this.memory, this.#powersOfFive);
  /** Tells it from those before it. */
  readonly #number: number;
  /** The body, and what lies behind it. */
  body: Buffer = Buffer.alloc(0);
  /** Of the body. */
  length = 0;
  /** Addresses: of the body, of where its values lie, of what is written of them, and of where each of these begins. */
  bodyAt = 0;
  boundsAt = 0;
  outputAt = 0;
  startsAt = 0;
  #bodyCapacity = 0;
  #valueCapacity = 0;
  #looksAt: Buffer | null = null;
  #wireValues: WireValues | null = null;

  constructor(number: number) {
    this.#number = number;
  }

  get isFull(): boolean {
    return this.memory.size > deskBytesMax;
  }

  load(body: Uint8Array): void {
    if (body.length > this.#bodyCapacity) {
      this.#bodyCapacity = Math.max(body.length, 2 * this.#bodyCapacity);
      this.bodyAt = this.memory.allocate(this.#bodyCapacity);
    }
    this.#look();
    this.body.set(body);
    this.length = body.length;
  }

  /** Made when the first protobuf body comes. */
  get wireValues(): WireValues {
    return (this.#wireValues ??= createWireValues(this.memory, this.#powersOfFive));
  }

  /** Makes room for so many values. */
  reserve(valueCount: number): void {
    if (valueCount <= this.#valueCapacity) return;
    this.#valueCapacity = Math.max(valueCount, 2 * this.#valueCapacity);
    this.boundsAt = this.memory.allocate(8 * this.#valueCapacity);
    this.startsAt = this.memory.allocate(4 * this.#valueCapacity);
    this.outputAt = this.memory.allocate((renderedNumberLengthMax + 1) * this.#valueCapacity + valueRoomBytes);
    this.#look();
  }

  /** The address of bytes that templates bring along. */
  place(bytes: PlacedBytes): number {
    const address = bytes.placeIn(this.memory, this.#number);
    this.#look();
    return address;
  }

  /** The memory may have moved. */
  #look(): void {
    const { bytes } = this.memory;
    if (bytes === this.#looksAt && this.body.byteOffset === this.bodyAt) return;
    this.#looksAt = bytes;
    this.body = bytes.subarray(this.bodyAt, this.bodyAt + this.#bodyCapacity);
  }
}

/** Bytes that are put onto a desk when they are needed there. */
export class PlacedBytes {
  readonly bytes: Uint8Array;
  #desk = 0;
  #address = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** `desk`: the number of the one with this memory. Not the desk itself, which would then stay as long as the bytes. */
  placeIn(memory: LinearMemory, desk: number): number {
    if (desk !== this.#desk) {
      this.#address = memory.allocate(this.bytes.length);
      memory.bytes.set(this.bytes, this.#address);
      this.#desk = desk;
    }
    return this.#address;
  }
}

let desk: BodyDesk | null = null;
let deskCount = 0;

/** Decoding never awaits, so there is one desk for all pushes, made for the first one that a template might fit. */
export function layOnDesk(body: Uint8Array): BodyDesk {
  if (desk === null || desk.isFull) desk = new BodyDesk(++deskCount);
  desk.load(body);
  return desk;
}
