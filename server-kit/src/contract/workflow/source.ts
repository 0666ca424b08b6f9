/**
 * Definitions as text, in YAML 1.2 or JSON: the same thing, so whichever comes is read. In YAML 1.2 `on`, `no` and `yes` are
 * words and not truth values, so `on: tag.added` means what it says. What changes in a definition is written into the text that
 * there was: comments, order and quotes stay where they are.
 */
import {
  type Alias,
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  visit,
  type Node,
  type YAMLParseError,
} from 'yaml';
import { checkDefinition, type Checked, type CheckOptions } from './check.ts';
import type { Definition, WorkflowProblem } from './definition.ts';
import type { StepKind } from './kind.ts';
import { WORKFLOW_LIMITS } from './names.ts';
import { isRecord } from './shape.ts';
import { same, slim } from './slim.ts';
import { pathParts, shortened } from './wording.ts';

export type SourceFormat = 'yaml' | 'json';

export interface Source {
  format: SourceFormat;
  /** Undefined: it could not be read. */
  value: unknown;
  problems: WorkflowProblem[];
  /** Line and column (from 1) of a place as problems name it, or of what is nearest around it. */
  locate(path: string): { line: number; column: number } | null;
}

/** Far beyond what anybody writes, and little enough to look at. */
const MOST_VALUES = 500_000;
const MOST_DEPTH = 100;
const READING = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  merge: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const;

export function readSource(text: string): Source {
  const format = /^\s*[{[]/.test(text) ? 'json' : 'yaml';
  const unreadable = (message: string, mend: string, at?: { line: number; col: number }): Source => ({
    format,
    value: undefined,
    problems: [
      {
        code: 'not_readable',
        severity: 'error',
        step: null,
        path: '',
        message,
        mend,
        ...(at && { line: at.line, column: at.col }),
      },
    ],
    locate: () => null,
  });
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > WORKFLOW_LIMITS.source) {
    return unreadable(
      `The text has ${bytes} bytes; ${WORKFLOW_LIMITS.source} is the most.`,
      'Split the workflow into several.',
    );
  }
  const lines = new LineCounter();
  try {
    if (tooDeep(text)) return unreadable('The text is nested too deep.', `Nest at most ${MOST_DEPTH} deep.`);
    // in JSON tabs are mere space, and none can stand within a text
    const document = parseDocument(format === 'json' ? text.replaceAll('\t', ' ') : text, {
      ...READING,
      lineCounter: lines,
    });
    const wrong = document.errors[0] ?? document.warnings[0];
    if (wrong) return unreadable(...said(wrong, text));
    const dangling = danglingAlias(document);
    if (dangling) {
      const at = lines.linePos(dangling.range[0]);
      const [message, mend] = WORDS['BAD_ALIAS']!;
      return unreadable(`Line ${at.line}, column ${at.col}: ${message}`, mend, at);
    }
    if (document.contents === null)
      return unreadable('The text is empty.', 'A workflow has version, key, name and steps.');
    const value = copied(document.toJS({ maxAliasCount: 100 }));
    return { format, value, problems: [], locate: (path) => locate(document, lines, path) };
  } catch (error) {
    const what =
      error instanceof TooMuch
        ? error.message
        : (error as Error).message.includes('alias')
          ? 'Its aliases unfold to more than can be read.'
          : 'It is nested too deep.';
    return unreadable(`The text cannot be read. ${what}`, 'Write out what is meant, without aliases.');
  }
}

/** Text in, judgement out; problems with line and column. */
export function checkSource(text: string, options: CheckOptions = {}): Checked & { source: Source } {
  const source = readSource(text);
  if (source.value === undefined) return { definition: null, problems: source.problems, source };
  const { definition, problems } = checkDefinition(source.value, options);
  return {
    definition,
    problems: problems.map((problem) => ({ ...problem, ...source.locate(problem.path) })),
    source,
  };
}

/** The definition as text; what is as it would be anyway is left out. `previous`: the text that it was read from. */
export function writeSource(
  definition: Definition,
  format: SourceFormat,
  previous?: string,
  kinds?: readonly StepKind[],
): string {
  const thin = slim(definition, kinds);
  const before = previous === undefined ? null : readSource(previous);
  const schema = isRecord(before?.value) ? before.value['$schema'] : undefined;
  const whole = schema === undefined ? thin : { $schema: schema, ...thin };
  if (format === 'json') return `${JSON.stringify(whole, null, 2)}\n`;
  if (before?.format === 'yaml' && before.value !== undefined) {
    const patched = patchedText(previous!, definition, whole);
    // an anchor that changed may have changed its aliases: then the text is made anew
    const read = patched === null ? undefined : readSource(patched).value;
    if (isRecord(read) && same(slim(read, kinds), thin)) return patched!;
  }
  const document = new Document(whole, { ...READING, aliasDuplicateObjects: false });
  visit(document, {
    // as a block, a text of nothing but space would lose some of it
    Scalar(_, node) {
      if (typeof node.value === 'string' && /^\s+$/.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString(WRITING);
}

const WRITING = {
  lineWidth: 0,
  blockQuote: 'literal',
  flowCollectionPadding: true,
  indentSeq: true,
} as const;

function patchedText(previous: string, definition: Definition, thin: Record<string, unknown>): string | null {
  try {
    const document = parseDocument(previous, READING);
    const patch = new Patch(document);
    document.contents = patch.node(
      document.contents,
      { ...definition, $schema: thin['$schema'] },
      thin,
    ) as typeof document.contents;
    return document.toString(WRITING);
  } catch {
    return null;
  }
}

/** Brings the nodes of a document to a new value, and leaves alone what has not changed. */
class Patch {
  readonly document: Document;

  constructor(document: Document) {
    this.document = document;
  }

  /** `full` has every default; `thin` is what has to be said. What was said although it is usual stays. */
  node(node: unknown, full: unknown, thin: unknown): Node {
    if (isMap(node) && isRecord(full)) {
      node.items = node.items.filter(
        ({ key }) => full[String(isScalar(key) ? key.value : key)] !== undefined,
      );
      const there = new Set<string>();
      for (const pair of node.items) {
        const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
        there.add(key);
        pair.value = this.node(pair.value, full[key], isRecord(thin) ? (thin[key] ?? full[key]) : full[key]);
      }
      for (const [key, value] of Object.entries(isRecord(thin) ? thin : full)) {
        if (!there.has(key) && value !== undefined) node.items.push(this.document.createPair(key, value));
      }
      return node;
    }
    if (isSeq(node) && Array.isArray(full)) {
      const wanted = Array.isArray(thin) ? (thin as unknown[]) : full;
      const matches = this.matches(node.items, wanted);
      node.items = full.map((one, index) => {
        const old = matches[index];
        return old === undefined
          ? this.document.createNode(wanted[index])
          : this.node(old, one, wanted[index]);
      });
      return node;
    }
    const value = this.valueOf(node);
    if (same(value, full) || same(value, thin)) return node as Node;
    const fresh = this.document.createNode(thin) as Node;
    if (isScalar(node) && isScalar(fresh)) {
      fresh.comment = node.comment;
      fresh.commentBefore = node.commentBefore;
      fresh.spaceBefore = node.spaceBefore;
      const { type } = node;
      if (typeof node.value === 'string' && typeof fresh.value === 'string' && type !== Scalar.PLAIN)
        fresh.type = type;
    }
    return fresh;
  }

  /** Which old item becomes which new one: by id, else the one that says the same, else the one at its place. */
  private matches(items: readonly unknown[], wanted: readonly unknown[]): unknown[] {
    const left = new Map(items.map((item) => [item, this.valueOf(item)]));
    const take = (item: unknown) => (left.delete(item), item);
    const ids = new Map(
      [...left].flatMap(([item, value]) =>
        isRecord(value) && typeof value['id'] === 'string' ? [[value['id'], item]] : [],
      ),
    );
    const found: unknown[] = wanted.map((one) => {
      const item = isRecord(one) ? ids.get(one['id'] as string) : undefined;
      return item !== undefined && left.has(item) ? take(item) : undefined;
    });
    if (ids.size > 0) return found;
    const unmatched = (index: number) => found[index] === undefined;
    wanted.forEach((one, index) => {
      const equal = [...left].find(([, value]) => same(value, one));
      if (unmatched(index) && equal) found[index] = take(equal[0]);
    });
    wanted.forEach((_, index) => {
      const item = items[index];
      if (unmatched(index) && item !== undefined && left.has(item)) found[index] = take(item);
    });
    return found;
  }

  private valueOf(node: unknown): unknown {
    return typeof node === 'object' && node !== null && 'toJS' in node
      ? (node as Node).toJS(this.document)
      : node;
  }
}

class TooMuch extends Error {}

/** A copy without shared parts; throws for what holds itself, is nested too deep, or unfolds to too much. */
function copied(root: unknown): unknown {
  let left = MOST_VALUES;
  const copy = (value: unknown, depth: number): unknown => {
    left -= 1;
    if (left < 0) throw new TooMuch('Its aliases unfold to more than can be read.');
    if (depth > MOST_DEPTH) throw new TooMuch('It is nested too deep, or an alias holds itself.');
    if (Array.isArray(value)) return value.map((one) => copy(one, depth + 1));
    if (!isRecord(value)) return value;
    const plain: Record<string, unknown> = {};
    for (const [key, one] of Object.entries(value)) {
      Object.defineProperty(plain, key, {
        value: copy(one, depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return plain;
  };
  return copy(root, 0);
}

/**
 * Looked at before the parser, which calls itself, and takes the square of the depth. Brackets within texts count too; they mostly
 * close again.
 */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > 2 * MOST_DEPTH) return true;
  }
  return /^ *(?:[-?][ \t]+){100}|^ {400}/m.test(text);
}

/** The first alias whose anchor does not stand before it. */
function danglingAlias(document: Document.Parsed): Alias.Parsed | undefined {
  const anchors = new Set<string>();
  let dangling: Alias.Parsed | undefined;
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        dangling = node as Alias.Parsed;
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return dangling;
}

function said(
  error: YAMLParseError,
  text: string,
): [message: string, mend: string, at?: { line: number; col: number }] {
  const at = error.linePos?.[0];
  const where = at ? `Line ${at.line}, column ${at.col}: ` : '';
  const plain = shortened(error.message.split(/ at line \d+/)[0]!, 160);
  const code = error.code === 'BAD_INDENT' && plain.startsWith('Flow') ? 'MISSING_CHAR' : error.code;
  const [message, mend] = WORDS[code] ?? [`${plain}.`.replace(/\.\.$/, '.'), 'Mend the text there.'];
  const line = at ? text.split('\n', at.line)[at.line - 1]! : '';
  // the mistake of everybody who writes Liquid into YAML: its braces and colons are YAML's, too
  if (line.includes('{{') || line.includes('{%')) return [`${where}${message}`, QUOTE, at];
  return [`${where}${message}`, mend, at];
}

const QUOTE = 'Put text with {{ … }} into quotes, or onto the next line after `>-`.';
const WORDS: Partial<Record<string, [message: string, mend: string]>> = {
  TAB_AS_INDENT: ['a tab stands where the indentation should be.', 'Indent with blanks.'],
  DUPLICATE_KEY: ['this key stands here twice.', 'Remove or rename one of the two.'],
  BAD_INDENT: ['the indentation does not fit.', 'Begin the line below the one that it belongs to.'],
  BLOCK_AS_IMPLICIT_KEY: ['a colon stands within a text without quotes.', 'Put the text into quotes.'],
  BAD_ALIAS: ['this alias belongs to no anchor.', 'Write out what is meant.'],
  MULTIPLE_DOCS: ['a second document begins here.', 'Put one workflow into each file.'],
  MISSING_CHAR: ['a bracket, quote or comma is missing.', 'Close what is open.'],
  TAG_RESOLVE_FAILED: ['tags (!…) have no meaning here.', 'Remove the tag.'],
  NON_STRING_KEY: ['a key has to be a word.', 'Put a text before the colon.'],
};

function locate(
  document: Document.Parsed,
  lines: LineCounter,
  path: string,
): { line: number; column: number } | null {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const part of pathParts(path)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === String(part));
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
