/** A definition as people write it: what is as it would be anyway is left out. */
import { z } from 'zod';
import { definitionFrame, type Definition } from './definition.ts';
import type { StepKind } from './kind.ts';
import { kindsByName } from './kinds.ts';
import { bare, isRecord, optionFor } from './shape.ts';

/** Takes what may lack defaults already, too: so two definitions are the same when their slim forms are. */
export function slim(
  definition: Definition | Record<string, unknown>,
  kinds?: readonly StepKind[],
): Record<string, unknown> {
  const byName = kindsByName(kinds);
  const { steps, ...frame } = definition;
  const thin = slimmed(definitionFrame, frame) as Record<string, unknown>;
  const { layout, ...rest } = thin;
  const list = Array.isArray(steps)
    ? steps.map((step: unknown) => {
        const kind = isRecord(step) ? byName.get(String(step['kind'])) : undefined;
        return kind ? slimmed(kind.schema, step) : plain(step);
      })
    : steps;
  return { ...rest, steps: list, ...(layout !== undefined && { layout }) };
}

function slimmed(given: z.ZodType, value: unknown): unknown {
  const schema = bare(given);
  if (schema instanceof z.ZodUnion) {
    const option = isRecord(value) ? optionFor(schema, value) : null;
    return option ? slimmed(option, value) : plain(value);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((one) => slimmed(schema.element as z.ZodType, one));
  }
  if (!(schema instanceof z.ZodObject) || !isRecord(value)) return plain(value);
  const shape = schema.shape as z.ZodRawShape;
  const thin: Record<string, unknown> = {};
  const known = Object.keys(shape).filter((key) => Object.hasOwn(value, key));
  for (const key of [...known, ...Object.keys(value).filter((one) => !Object.hasOwn(shape, one))]) {
    const held = value[key];
    if (held === undefined) continue;
    const inner = shape[key] as z.ZodType | undefined;
    const thinner = inner ? slimmed(inner, held) : plain(held);
    if (inner && isUsual(inner, held, thinner)) continue;
    thin[key] = thinner;
  }
  return thin;
}

function isUsual(schema: z.ZodType, value: unknown, thin: unknown): boolean {
  for (
    let inner = schema;
    inner !== bare(inner);
    inner = (inner as z.ZodOptional).def.innerType as z.ZodType
  ) {
    if (inner instanceof z.ZodDefault) return same(value, inner.def.defaultValue);
    if (inner instanceof z.ZodPrefault) return same(thin, inner.def.defaultValue);
  }
  return false;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, plain(one)]),
  );
}

/** Whether two values of JSON say the same; what is undefined is not there. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => same(one, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(own(a, key), own(b, key)));
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
