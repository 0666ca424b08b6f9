/**
 * From a template and a person to a text. Most templates are words with a name in them: those are cut up once and put
 * together without Liquid, which takes ten times as long. Both ways give the same (`render.test.ts`).
 */
import { TEMPLATE_LIMITS, parse, renderParsed, variablesOf, wordsOf, type Parsed } from './liquid.ts';

export type Scope = Record<string, unknown>;

export interface RenderOptions {
  /** IANA, of the contact. */
  zone: string;
  /** Of amounts. Default: en-US. */
  locale?: string | undefined;
  /** What `| short` does with an address. */
  short?: ((url: string) => string) | undefined;
}

export interface Rendered {
  text: string;
  /** Variables that had nothing to put in and no default. */
  missing: string[];
}

export interface TemplateProblem {
  code: 'invalid_template' | 'unknown_variable';
  message: string;
  mend: string;
}

/** A template that cannot be read, or that does too much. The words are for whoever wrote it. */
export class TemplateError extends Error {
  readonly mend: string;
  constructor(message: string, mend: string) {
    super(message);
    this.name = 'TemplateError';
    this.mend = mend;
  }
}

type Piece = string | { path: string[]; otherwise: string | null };

interface Compiled {
  /** Null: Liquid has to do it. */
  pieces: Piece[] | null;
  parsed: Parsed;
  variables: string[][];
  shortens: boolean;
  loops: boolean;
}

/** Texts of all accounts that a process has lately sent. A compiled one takes some ten times its length. */
const KEPT = 2_000;
const compiled = new Map<string, Compiled>();

/** Throws `TemplateError`. */
function compile(text: string): Compiled {
  const known = compiled.get(text);
  if (known) {
    // the one that was used last goes last
    compiled.delete(text);
    compiled.set(text, known);
    return known;
  }
  let made: Compiled;
  try {
    const parsed = parse(text);
    made = {
      parsed,
      pieces: cut(text),
      variables: variablesOf(parsed),
      shortens: /\|\s*short\b/.test(text),
      loops: /\bfor\b/.test(text),
    };
  } catch (error) {
    throw explain(error);
  }
  compiled.set(text, made);
  if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value!);
  return made;
}

const NAME = '[A-Za-z_]\\w*';
const SIMPLE = new RegExp(
  `\\{\\{\\s*(${NAME}(?:\\.${NAME})*)\\s*(?:\\|\\s*default:\\s*(?:"([^"\\\\{}]*)"|'([^'\\\\{}]*)')\\s*)?\\}\\}`,
  'g',
);
/** Words and members that mean something else to Liquid. */
const SPECIAL = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank', 'size', 'first', 'last']);

/** The pieces of a template that is nothing but words and names; null for any other. */
function cut(text: string): Piece[] | null {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(SIMPLE)) {
    const path = match[1]!.split('.');
    if (path.some((part) => SPECIAL.has(part))) return null;
    pieces.push(text.slice(at, match.index), { path, otherwise: match[2] ?? match[3] ?? null });
    at = match.index + match[0].length;
  }
  pieces.push(text.slice(at));
  const words = pieces.filter((piece) => typeof piece === 'string');
  return words.some((word) => word.includes('{{') || word.includes('{%')) ? null : pieces;
}

/**
 * Throws `TemplateError` for a template that is wrong, or that takes more time, memory or room than a text may. What it may
 * take is so little that it holds nobody up.
 */
export function render(template: string, scope: Scope, options: RenderOptions): Rendered {
  const { pieces, parsed, loops } = compile(template);
  const quick = pieces === null ? null : putTogether(pieces, scope);
  if (quick) return quick;
  const { zone, locale = 'en-US', short } = options;
  const missing: string[] = [];
  const limit = loops ? TEMPLATE_LIMITS.render : undefined;
  try {
    return { text: renderParsed(parsed, scope, { zone, locale, short, missing, limit }), missing };
  } catch (error) {
    throw explain(error);
  }
}

/** Null: something in it is neither a word nor a number, and Liquid knows how those look. */
function putTogether(pieces: Piece[], scope: Scope): Rendered | null {
  let text = '';
  const missing: string[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    let value: unknown = scope;
    for (const part of piece.path) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined;
    }
    if (typeof value === 'object' && value !== null) return null;
    if (typeof value === 'function') return null;
    const isNothing = value === undefined || value === null || value === '';
    if (piece.otherwise !== null && (isNothing || value === false)) text += piece.otherwise;
    else if (!isNothing) text += wordsOf(value);
    else if (!missing.includes(piece.path.join('.'))) missing.push(piece.path.join('.'));
  }
  // Liquid counts what comes out; a text of a person's own words can be long as well
  return text.length > TEMPLATE_LIMITS.output ? null : { text, missing };
}

/** What stands at the top of a scope. Others are a contact's columns. */
const ROOTS = new Set([
  'contact',
  'tenant',
  'member',
  'owner',
  'event',
  'vars',
  'fields',
  'asset',
  'links',
  'now',
]);
const COLUMNS = new Set([
  'id',
  'first_name',
  'last_name',
  'name',
  'phone',
  'email',
  'lead_type',
  'stage',
  'lead_score',
  'tags',
  'city',
  'state',
  'postal_code',
  'country',
  'zone',
  'birthday',
  'created_at',
]);

/** What is wrong with a template, in words. Nothing is rendered. */
export function checkTemplate(text: string): TemplateProblem[] {
  try {
    const { variables } = compile(text);
    return variables.flatMap((path) => {
      const [root, second] = path as [string, string | undefined];
      const known =
        ROOTS.has(root) || COLUMNS.has(root)
          ? root !== 'contact' || second === undefined || second === 'fields' || COLUMNS.has(second)
          : false;
      return known
        ? []
        : [
            {
              code: 'unknown_variable' as const,
              message: `There is no “${path.join('.')}” to put in.`,
              mend: `Use a contact’s field as first_name, an own one as fields.<key>, or vars.<name>.`,
            },
          ];
    });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [{ code: 'invalid_template', message: error.message, mend: error.mend }];
  }
}

export interface Needs {
  /** Keys of assets whose `url` (or name) it prints. */
  assets: string[];
  /** It makes short links. */
  shortens: boolean;
  /** It says something about the contact's owner. */
  owner: boolean;
  /** It names the business, or writes amounts as its country does. */
  tenant: boolean;
}

/** What must be looked up before these templates can be rendered. */
export function needsOf(templates: readonly string[]): Needs {
  const all = templates.map(compile);
  const paths = all.flatMap(({ variables }) => variables);
  return {
    assets: [
      ...new Set(paths.flatMap(([root, key]) => (root === 'asset' && key !== undefined ? [key] : []))),
    ],
    shortens: all.some(({ shortens }) => shortens),
    owner: paths.some(([root]) => root === 'member' || root === 'owner'),
    tenant: paths.some(([root]) => root === 'tenant') || templates.some((text) => /\|\s*money\b/.test(text)),
  };
}

function explain(error: unknown): TemplateError {
  const { message } = error as Error;
  if (/limit exceeded|Invalid string length|call stack/i.test(message)) {
    return new TemplateError(
      'This template does too much: it loops or grows beyond what a text can hold.',
      'Take its loops out, or make them shorter.',
    );
  }
  const [plain] = message.split('\n');
  return new TemplateError(
    `This template cannot be read: ${plain!.replace(/, file:.*?(?=, line|$)/, '')}.`,
    'Write {{ first_name | default: "there" }}, and close each {% if … %} with {% endif %}.',
  );
}
