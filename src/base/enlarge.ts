/** An array of numbers with room for `length` of them: the same one, or a copy half as large again. */
export function enlarge<T extends Int32Array | Float64Array | Uint16Array>(numbers: T, length: number): T {
  if (length <= numbers.length) return numbers;
  const larger = new (numbers.constructor as new (size: number) => T)(Math.max(length, numbers.length + (numbers.length >> 1)));
  larger.set(numbers);
  return larger;
}
