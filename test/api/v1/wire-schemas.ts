import ts from 'typescript';

/** A schema of OpenAPI 3.1, as far as we use them. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly description?: string;
}

/** The schemas of all exported types of a source, in the one form in which `docs/openapi.yaml` writes them. Types with parameters are left out. */
export function readWireSchemas(source: string): Record<string, Schema> {
  const schemas: Record<string, Schema> = {};
  for (const node of ts.createSourceFile('types.ts', source, ts.ScriptTarget.Latest, true).statements) {
    if (ts.isInterfaceDeclaration(node) && node.typeParameters === undefined) schemas[node.name.text] = describeObject(node.members);
    if (ts.isTypeAliasDeclaration(node)) schemas[node.name.text] = describeType(node.type);
  }
  return schemas;
}

/** A schema without its texts. */
export function stripTexts(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(stripTexts);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([name, value]) => !(name === 'description' && typeof value === 'string'));
  return Object.fromEntries(entries.map(([name, value]) => [name, stripTexts(value)]));
}

/** Where a value does not fit its schema, each as a path and a reason. A property that the schema does not name is one, too. */
export function findMisfits(value: unknown, schema: Schema, schemas: Readonly<Record<string, Schema>>, path = '$'): string[] {
  if (schema.$ref !== undefined) return findMisfits(value, schemas[schema.$ref.replace(/^.*\//, '')] ?? {}, schemas, path);
  if (schema.oneOf !== undefined) {
    const attempts = schema.oneOf.map((one) => findMisfits(value, one, schemas, path));
    return attempts.some((misfits) => misfits.length === 0) ? [] : attempts.flat();
  }
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  if (![schema.type].flat().includes(kind)) return [`${path} is ${kind}, not ${String(schema.type)}`];
  if (schema.enum !== undefined && !schema.enum.includes(String(value)))
    return [`${path} is ${String(value)}, not one of ${schema.enum.join(', ')}`];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => findMisfits(item, schema.prefixItems?.[i] ?? schema.items ?? {}, schemas, `${path}[${i}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`);
  const inside = Object.entries(value).flatMap(([name, inner]) => {
    const property = schema.properties?.[name] ?? schema.additionalProperties;
    return property === undefined ? [`${path}.${name} is not in the schema`] : findMisfits(inner, property, schemas, `${path}.${name}`);
  });
  return [...missing, ...inside];
}

function describeObject(members: ts.NodeArray<ts.TypeElement>): Schema {
  const signatures = members.filter(ts.isPropertySignature);
  const properties = signatures.map((member) => {
    const text = ts
      .getJSDocCommentsAndTags(member)
      .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
      .join(' ');
    const schema = describeType(member.type);
    return [
      member.name.getText(),
      text === '' || schema.$ref !== undefined ? schema : { description: text.replaceAll(/\s+/g, ' '), ...schema },
    ];
  });
  const required = signatures.filter(({ questionToken }) => questionToken === undefined).map(({ name }) => name.getText());
  return { type: 'object', required, properties: Object.fromEntries(properties) as Record<string, Schema> };
}

function describeType(node: ts.TypeNode | undefined): Schema {
  if (node === undefined) throw new Error('a member of a wire type has no type');
  if (ts.isParenthesizedTypeNode(node)) return describeType(node.type);
  if (ts.isTypeOperatorNode(node)) return describeType(node.type);
  if (ts.isArrayTypeNode(node)) return { type: 'array', items: describeType(node.elementType) };
  if (ts.isTupleTypeNode(node)) {
    const items = node.elements.map((element) => describeType(ts.isNamedTupleMember(element) ? element.type : element));
    return { type: 'array', prefixItems: items, minItems: items.length, maxItems: items.length };
  }
  if (ts.isTypeLiteralNode(node)) return describeObject(node.members);
  if (ts.isUnionTypeNode(node)) return describeUnion(node.types);
  const text = node.getText();
  if (/^(string|number|boolean)$/.test(text)) return { type: text };
  if (text === 'Readonly<Record<string, string>>') return { type: 'object', additionalProperties: { type: 'string' } };
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) return { type: 'string', enum: [node.literal.text] };
  if (ts.isTypeReferenceNode(node)) return { $ref: `#/components/schemas/${text}` };
  throw new Error(`no schema is known for the type ${text}`);
}

function describeUnion(types: readonly ts.TypeNode[]): Schema {
  const isNull = (type: ts.TypeNode): boolean => type.getText() === 'null';
  const schemas = types.filter((type) => !isNull(type)).map(describeType);
  const values = schemas.flatMap((schema) => schema.enum ?? []);
  if (values.length > 0) return { type: 'string', enum: values };
  const [only] = schemas;
  if (only?.type !== undefined && only.properties === undefined) return { ...only, type: [only.type, 'null'].flat() };
  return { oneOf: [...schemas, { type: 'null' }] };
}
