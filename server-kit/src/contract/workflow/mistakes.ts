/** What zod found wrong, in plain words with what to do about it. */
import { z as zod, type z } from 'zod';
import type { WorkflowProblem } from './definition.ts';
import { MARKS } from './primitives.ts';
import { bare, described, isRecord, optionFor, schemaAt } from './shape.ts';
import { listed, nearest, pathParts, pathText, shortened } from './wording.ts';

type Issue = z.core.$ZodIssue;
interface About {
  schema: z.ZodType;
  /** What the schema judged. */
  value: unknown;
  /** Where that stands in the definition. */
  at: readonly PropertyKey[];
  step: string | null;
}

/** Mistakes within filters are left out: `checkFilter` says more about them. */
export function mistakesOf(issues: readonly Issue[], about: About): WorkflowProblem[] {
  const found = issues.flatMap((issue) => mistake(issue, about));
  // what is missing is often there, and only misspelt: once is enough
  const meant = new Set(
    found.flatMap(({ code, path, mend }) => {
      const word = code === 'unknown_key' ? /^Did you mean `(.+)`\?$/.exec(mend)?.[1] : undefined;
      return word === undefined ? [] : [pathText([...pathParts(path).slice(0, -1), word])];
    }),
  );
  return found.filter(({ message, path }) => !(message.endsWith(MISSING) && meant.has(path)));
}

const MISSING = ' is missing.';

function mistake(issue: Issue, about: About): WorkflowProblem[] {
  const { schema: root, value, at, step } = about;
  const schema = schemaAt(root, issue.path, value);
  if (schema !== null && MARKS.get(schema) === 'filter') return [];
  const given = valueAt(value, issue.path);
  const path = pathText([...at, ...issue.path]);
  const name = path === '' ? 'This' : `\`${path.replace(/^steps\[\d+\]\./, '')}\``;
  const problem = (message: string, mend: string, more: Partial<WorkflowProblem> = {}): WorkflowProblem[] => [
    { code: 'invalid_value', severity: 'error', step, path, message, mend, ...more },
  ];

  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(schema);
      return issue.keys.flatMap((key) => {
        const meant = nearest(key, known);
        const place = pathText([...at, ...issue.path, key]);
        const message = `There is nothing called \`${shortened(key)}\` here.`;
        const mend = meant
          ? `Did you mean \`${meant}\`?`
          : known.length > 0
            ? `Remove it. There are ${listed(known.slice(0, 30))}.`
            : 'Remove it.';
        return problem(message, mend, { code: 'unknown_key', path: place });
      });
    }
    case 'invalid_union': {
      if (schema instanceof zod.ZodUnion && issue.errors.length > 0) {
        const option = optionFor(schema, given);
        const index = option ? (schema.options as z.ZodType[]).indexOf(option) : -1;
        const inner = issue.errors[index];
        if (inner) {
          const moved = inner.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
          return mistakesOf(moved, about);
        }
      }
      const literal = discriminators(schema, issue);
      if (literal.length > 0) {
        const meant = typeof given === 'string' ? nearest(given, literal) : undefined;
        return problem(
          given === undefined ? `${name} is missing.` : `There is no ${shown(given)} here.`,
          meant ? `Did you mean \`${meant}\`?` : `Write one of ${listed(literal, 'or')}.`,
        );
      }
      // a union is narrowed on the way to it: its errors are those of the option that was probably meant
      const best = issue.errors.find((errors) =>
        errors.every((one) => one.path.length > 0 || one.code === 'unrecognized_keys'),
      );
      if (best)
        return mistakesOf(
          best.map((one) => ({ ...one, path: [...issue.path, ...one.path] })),
          about,
        );
      const types = issue.errors.flatMap((errors) =>
        errors.flatMap((one) => (one.code === 'invalid_type' ? (TYPES[one.expected] ?? one.expected) : [])),
      );
      return problem(
        `${name} cannot be ${shown(given)}.`,
        mendBy(schema, root, issue.path, value) ||
          (types.length > 0
            ? `Write ${listed([...new Set(types)], 'or')}.`
            : 'Leave it out, or look at how others write it.'),
      );
    }
    case 'invalid_type':
      if (given === undefined) {
        const what = schema && described(schema);
        return problem(`${name} is missing.`, `Add it${what ? `: ${what}` : ''}.`);
      }
      return problem(
        `${name} is ${kindOf(given)} and should be ${TYPES[issue.expected] ?? issue.expected}.`,
        mendBy(schema, root, issue.path, value) || `Write ${TYPES[issue.expected] ?? issue.expected}.`,
      );
    case 'invalid_value': {
      const values = issue.values.map(String);
      const meant = typeof given === 'string' ? nearest(given, values) : undefined;
      return problem(
        given === undefined ? `${name} is missing.` : `${name} cannot be ${shown(given)}.`,
        meant ? `Did you mean \`${meant}\`?` : `Write ${listed(values.slice(0, 30), 'or')}.`,
      );
    }
    case 'too_big':
    case 'too_small': {
      const most = issue.code === 'too_big';
      const limit = Number(most ? issue.maximum : issue.minimum);
      const unit = UNITS[issue.origin] ?? '';
      if (issue.origin === 'string' && !most && limit === 1)
        return problem(`${name} is empty.`, 'Write something, or leave it out.');
      const message = `${name} is ${most ? 'more' : 'less'} than ${limit}${unit}.`;
      return problem(message, `Make it ${most ? 'at most' : 'at least'} ${limit}${unit}.`);
    }
    case 'invalid_format':
      return problem(
        `${name} is not understood: ${shown(given)}.`,
        mendBy(schema, root, issue.path, value) || `Write it as a ${issue.format}.`,
      );
    case 'custom':
      return problem(
        `${name === 'This' || issue.path.length === 0 ? 'The step' : name} does not add up.`,
        `${issue.message}.`.replace(/\.\.$/, '.'),
      );
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    default:
      return problem(`${name} is not understood: ${issue.message}.`.replace(/\.\.$/, '.'), 'Mend it.');
  }
}

const TYPES: Partial<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of names and values',
  record: 'a group of names and values',
};
const UNITS: Partial<Record<string, string>> = { string: ' characters', array: ' entries' };

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return TYPES[typeof value] ?? typeof value;
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? `“${shortened(value, 40)}”`
    : shortened(JSON.stringify(value) ?? 'nothing', 40);
}

/** By the description of the schema, the outer one first: it may say what is special here. */
function mendBy(
  schema: z.ZodType | null,
  root: z.ZodType,
  path: readonly PropertyKey[],
  value: unknown,
): string {
  const last = path.at(-1);
  const around = path.length > 0 ? schemaAt(root, path.slice(0, -1), value) : null;
  const outer = around instanceof zod.ZodObject ? (around.shape as z.ZodRawShape)[String(last)] : undefined;
  const words = (outer && described(outer as z.ZodType)) ?? (schema ? described(schema) : undefined);
  if (words === undefined) return '';
  return words.startsWith('As ')
    ? `Write it ${words[0]!.toLowerCase()}${words.slice(1)}.`
    : `It is: ${words}.`;
}

function keysOf(schema: z.ZodType | null): string[] {
  return schema instanceof zod.ZodObject ? Object.keys(schema.shape) : [];
}

function discriminators(
  schema: z.ZodType | null,
  issue: Extract<Issue, { code: 'invalid_union' }>,
): string[] {
  const options = (issue as { options?: unknown[] }).options;
  if (options && options.length > 0) return options.map(String);
  if (!(schema instanceof zod.ZodUnion)) return [];
  return (schema.options as z.ZodType[]).flatMap((option) => {
    const inner = bare(option);
    if (inner instanceof zod.ZodLiteral) return [...inner.values].map(String);
    return inner instanceof zod.ZodEnum ? inner.options.map(String) : [];
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let held = value;
  for (const part of path) {
    if (!isRecord(held) && !Array.isArray(held)) return undefined;
    held = (held as Record<PropertyKey, unknown>)[part];
  }
  return held;
}
