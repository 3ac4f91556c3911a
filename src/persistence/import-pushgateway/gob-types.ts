/**
 * Types of Go's encoding/gob. A stream brings the definitions of the types it uses, as values of types that every reader knows
 * (`wireType` and its parts in the documentation of encoding/gob).
 */
export type GobType =
  | { readonly kind: 'int' }
  | { readonly kind: 'uint' }
  /** Strings, byte slices, and what types with an encoding of their own write. */
  | { readonly kind: 'bytes' }
  | { readonly kind: 'slice'; readonly element: number }
  | { readonly kind: 'map'; readonly key: number; readonly element: number }
  | { readonly kind: 'struct'; readonly fields: readonly GobField[] };

export interface GobField {
  readonly name: string;
  /** Number of its type. */
  readonly type: number;
}

export type GobValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'uint'; readonly value: bigint }
  /** Looks into the bytes that were read. */
  | { readonly kind: 'bytes'; readonly value: Buffer }
  | { readonly kind: 'slice'; readonly elements: readonly GobValue[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [GobValue, GobValue])[] }
  /** By field name; a field that had its zero value is missing. */
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, GobValue> };

/** The number of `wireType`, the type of a type definition. */
export const wireTypeNumber = 16;

const [intNumber, uintNumber, bytesNumber, stringNumber] = [2, 3, 5, 6];
const [arrayTypeNumber, commonTypeNumber, sliceTypeNumber, structTypeNumber] = [17, 18, 19, 20];
const [fieldTypeNumber, fieldTypesNumber, mapTypeNumber] = [21, 22, 23];
/** Ours: type definitions name it only inside `wireType`, so its number is of no concern to a stream. */
const encodedTypeNumber = -1;

const common: GobField = { name: 'CommonType', type: commonTypeNumber };

/** Types that need no definition: the simple ones of a Pushgateway's file, and what type definitions are made of. */
export const knownTypes: ReadonlyMap<number, GobType> = new Map<number, GobType>([
  [intNumber, { kind: 'int' }],
  [uintNumber, { kind: 'uint' }],
  [bytesNumber, { kind: 'bytes' }],
  [stringNumber, { kind: 'bytes' }],
  [
    wireTypeNumber,
    struct(
      { name: 'ArrayT', type: arrayTypeNumber },
      { name: 'SliceT', type: sliceTypeNumber },
      { name: 'StructT', type: structTypeNumber },
      { name: 'MapT', type: mapTypeNumber },
      { name: 'GobEncoderT', type: encodedTypeNumber },
      { name: 'BinaryMarshalerT', type: encodedTypeNumber },
      { name: 'TextMarshalerT', type: encodedTypeNumber },
    ),
  ],
  [arrayTypeNumber, struct(common, { name: 'Elem', type: intNumber }, { name: 'Len', type: intNumber })],
  [commonTypeNumber, struct({ name: 'Name', type: stringNumber }, { name: 'Id', type: intNumber })],
  [sliceTypeNumber, struct(common, { name: 'Elem', type: intNumber })],
  [structTypeNumber, struct(common, { name: 'Field', type: fieldTypesNumber })],
  [fieldTypeNumber, struct({ name: 'Name', type: stringNumber }, { name: 'Id', type: intNumber })],
  [fieldTypesNumber, { kind: 'slice', element: fieldTypeNumber }],
  [mapTypeNumber, struct(common, { name: 'Key', type: intNumber }, { name: 'Elem', type: intNumber })],
  [encodedTypeNumber, struct(common)],
]);

function struct(...fields: GobField[]): GobType {
  return { kind: 'struct', fields };
}

/** Makes a type of its definition, a value of `wireType`; `null` if it is none that we read (arrays). */
export function createGobType(definition: GobValue): GobType | null {
  const map = fieldOf(definition, 'MapT');
  if (map !== undefined) return { kind: 'map', key: intOf(map, 'Key'), element: intOf(map, 'Elem') };
  const slice = fieldOf(definition, 'SliceT');
  if (slice !== undefined) return { kind: 'slice', element: intOf(slice, 'Elem') };
  const structure = fieldOf(definition, 'StructT');
  if (structure !== undefined) return { kind: 'struct', fields: fieldsOf(structure) };
  const isEncoded = ['GobEncoderT', 'BinaryMarshalerT', 'TextMarshalerT'].some((name) => fieldOf(definition, name) !== undefined);
  return isEncoded ? { kind: 'bytes' } : null;
}

function fieldOf(value: GobValue, name: string): GobValue | undefined {
  return value.kind === 'struct' ? value.fields.get(name) : undefined;
}

/** 0, the number of no type, where there is none. */
function intOf(value: GobValue, name: string): number {
  const field = fieldOf(value, name);
  return field?.kind === 'int' ? field.value : 0;
}

function fieldsOf(structure: GobValue): GobField[] {
  const fields = fieldOf(structure, 'Field');
  if (fields?.kind !== 'slice') return [];
  return fields.elements.map((field) => {
    const name = fieldOf(field, 'Name');
    return { name: name?.kind === 'bytes' ? name.value.toString() : '', type: intOf(field, 'Id') };
  });
}
