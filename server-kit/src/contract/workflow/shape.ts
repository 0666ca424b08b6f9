/**
 * Looks into schemas: which keys there are at a place, and which values of a definition are about a step, a tag, a filter. So a
 * kind of step says what it may hold once, in its schema, and the check knows where to look; a host's kinds as well.
 */
import { z } from 'zod';
import { MARKS, type Mark } from './primitives.ts';

export interface Place {
  mark: Mark;
  path: PropertyKey[];
  value: unknown;
}

/** Every marked value that is there, whether or not the rest of `value` is as it should be. */
export function placesOf(schema: z.ZodType, value: unknown, path: PropertyKey[] = []): Place[] {
  const found: Place[] = [];
  collect(schema, value, path, found);
  return found;
}

function collect(given: z.ZodType, value: unknown, path: PropertyKey[], found: Place[]): void {
  if (value === undefined || value === null || !hasMarks(given)) return;
  const form = formOf(bare(given));
  if (form.mark) return void found.push({ mark: form.mark, path, value });
  if (form.union) {
    const option = optionFor(form.union, value);
    if (option) collect(option, value, path, found);
  } else if (form.element) {
    const { element } = form;
    if (Array.isArray(value)) value.forEach((one, index) => collect(element, one, [...path, index], found));
  } else if (isRecord(value)) {
    for (const [key, inner] of form.keys ?? []) {
      if (Object.hasOwn(value, key)) collect(inner, value[key], [...path, key], found);
    }
    if (form.values) {
      for (const [key, one] of Object.entries(value)) collect(form.values, one, [...path, key], found);
    }
  }
}

interface Form {
  mark?: Mark | undefined;
  union?: z.ZodUnion;
  element?: z.ZodType;
  /** Those of an object with marks somewhere within. */
  keys?: [key: string, inner: z.ZodType][];
  values?: z.ZodType;
}
/** Asking zod what a schema is takes longer than all the rest, so it is asked once. */
const forms = new WeakMap<z.ZodType, Form>();

function formOf(schema: z.ZodType): Form {
  let form = forms.get(schema);
  if (form) return form;
  form = { mark: MARKS.get(schema) };
  if (schema instanceof z.ZodUnion) form.union = schema;
  else if (schema instanceof z.ZodArray) form.element = schema.element as z.ZodType;
  else if (schema instanceof z.ZodRecord) form.values = schema.valueType as z.ZodType;
  else if (schema instanceof z.ZodObject) {
    form.keys = Object.entries(schema.shape as Record<string, z.ZodType>).filter(([, inner]) =>
      hasMarks(inner),
    );
  }
  forms.set(schema, form);
  return form;
}

/** The schema that judges `value` at a place; a marked one as soon as the way comes to it. */
export function schemaAt(root: z.ZodType, path: readonly PropertyKey[], value: unknown): z.ZodType | null {
  let schema: z.ZodType | null = root;
  let held = value;
  for (const part of path) {
    schema = narrowed(schema, held);
    if (schema === null || MARKS.has(schema)) return schema;
    if (schema instanceof z.ZodObject)
      schema = ((schema.shape as z.ZodRawShape)[String(part)] ?? null) as typeof schema;
    else if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType as z.ZodType;
    else return null;
    held = isRecord(held) || Array.isArray(held) ? (held as Record<PropertyKey, unknown>)[part] : undefined;
    if (schema === null) return null;
  }
  return narrowed(schema, held);
}

function narrowed(given: z.ZodType, value: unknown): z.ZodType {
  const schema = bare(given);
  if (MARKS.has(schema) || !(schema instanceof z.ZodUnion)) return schema;
  const option = optionFor(schema, value);
  return option ? narrowed(option, value) : schema;
}

/** The option of a union that the writer probably had in mind: the one whose keys are most like theirs. */
export function optionFor(union: z.ZodUnion, value: unknown): z.ZodType | null {
  const options = union.options as z.ZodType[];
  const { discriminator } = union.def as { discriminator?: string };
  if (isRecord(value)) {
    let best: z.ZodType | null = null;
    let most = -1;
    for (const option of options) {
      const object = bare(option);
      if (!(object instanceof z.ZodObject)) continue;
      const shape = object.shape as z.ZodRawShape;
      if (discriminator !== undefined) {
        const literal = bare(shape[discriminator] as z.ZodType);
        if (literal instanceof z.ZodLiteral && literal.values.has(value[discriminator] as string))
          return option;
        continue;
      }
      const score = Object.keys(value).filter((key) => Object.hasOwn(shape, key)).length;
      if (score > most) [best, most] = [option, score];
    }
    return best;
  }
  const fitting = options.map(bare).filter((option) => !(option instanceof z.ZodObject));
  // 'all' beside a name: what is said literally is no name
  const literal = fitting.find((one) => one instanceof z.ZodLiteral && one.values.has(value as string));
  return literal ?? fitting.find((one) => one.safeParse(value).success) ?? null;
}

const bared = new WeakMap<z.ZodType, z.ZodType>();

/** Without what only says that it may be missing. */
export function bare(schema: z.ZodType): z.ZodType {
  const known = bared.get(schema);
  if (known) return known;
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodReadonly
  ) {
    inner = inner.def.innerType as z.ZodType;
  }
  bared.set(schema, inner);
  return inner;
}

/** What a value should have been, as the schema's description says it. */
export function described(schema: z.ZodType): string | undefined {
  let inner = schema;
  for (;;) {
    if (inner.description !== undefined) return inner.description;
    if (inner === bare(inner)) return undefined;
    inner = (inner as z.ZodOptional).def.innerType as z.ZodType;
  }
}

const marked = new WeakMap<z.ZodType, boolean>();

function hasMarks(given: z.ZodType): boolean {
  const known = marked.get(given);
  if (known !== undefined) return known;
  // of a schema that holds itself: no, until something says otherwise
  marked.set(given, false);
  const schema = bare(given);
  const has =
    MARKS.has(schema) ||
    (schema instanceof z.ZodUnion && (schema.options as z.ZodType[]).some(hasMarks)) ||
    (schema instanceof z.ZodArray && hasMarks(schema.element as z.ZodType)) ||
    (schema instanceof z.ZodRecord && hasMarks(schema.valueType as z.ZodType)) ||
    (schema instanceof z.ZodObject && Object.values(schema.shape).some((one) => hasMarks(one as z.ZodType)));
  marked.set(given, has);
  return has;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
