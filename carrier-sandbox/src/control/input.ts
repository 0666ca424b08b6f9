/** Reading the JSON that the control API is sent, with words that say what was wrong and what would be right. */
import type { Context } from 'hono';
import { toE164 } from '../numbers.ts';

export type Json = Record<string, unknown>;

/** A request the control API cannot serve; the status and the words go back as they are. */
export class ControlError extends Error {
  readonly status: 400 | 404 | 409;

  constructor(status: 400 | 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

export async function readJson(c: Context): Promise<Json> {
  const text = await c.req.text();
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ControlError(400, `The body is not JSON: ${error.message}`);
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ControlError(400, 'The body must be a JSON object');
  }
  return value as Json;
}

export function text(json: Json, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new ControlError(400, `${name} must be a string`);
  return value;
}

export function integer(json: Json, name: string, min = 0): number | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (!Number.isInteger(value) || (value as number) < min) {
    throw new ControlError(400, `${name} must be a whole number of ${min} or more`);
  }
  return value as number;
}

export function amount(json: Json, name: string, max = Infinity): number | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !(value >= 0 && value <= max)) {
    throw new ControlError(400, `${name} must be a number from 0${max === Infinity ? '' : ` to ${max}`}`);
  }
  return value;
}

export function texts(json: Json, name: string): string[] {
  const value = json[name] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new ControlError(400, `${name} must be a list of strings`);
  }
  return value;
}

export function oneOf<T extends string>(json: Json, name: string, allowed: readonly T[]): T | undefined {
  const value = text(json, name);
  if (value === undefined) return undefined;
  if (!(allowed as readonly string[]).includes(value)) {
    throw new ControlError(400, `${name} must be one of: ${allowed.join(', ')}`);
  }
  return value as T;
}

export function phoneNumber(raw: string | undefined, name: string): string {
  const number = raw === undefined ? undefined : toE164(raw);
  if (number === undefined) {
    throw new ControlError(400, `${name} must be a phone number like +16305550142`);
  }
  return number;
}
