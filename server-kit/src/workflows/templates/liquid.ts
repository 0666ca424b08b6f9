/**
 * Liquid, as far as texts need it. A template is written by a member of some account and runs in everybody's process, so it
 * gets no files, no other templates, no prototypes, and so much time, memory and output. Rendering is synchronous: what is
 * being rendered stands in `rendering`, and filters find there whose zone and links are meant.
 */
import { filters as builtIn, Liquid, Output, RenderError, type Context, type Template } from 'liquidjs';
import { WALL_TIME } from '../../contract/workflow/time.ts';
import { formatMoney, formatPhone } from './formats.ts';

export const TEMPLATE_LIMITS = {
  /** Characters of a template. */
  parse: 20_000,
  /** Marks (`{{ … }}`, `{% … %}`) in it, and the characters of one: what reads them takes the square of these. */
  marks: 500,
  mark: 2_000,
  /**
   * Milliseconds that one rendering with loops may compute. Not of the clock: a busy machine would stop what is innocent. What
   * has no loops is bounded by its length and what it may make.
   */
  render: 15,
  /** Characters and elements that filters, ranges and captures may make. */
  memory: 100_000,
  /** Characters that come out of it, or of a part. */
  output: 100_000,
} as const;

export interface Rendering {
  /** IANA; of `date`. */
  zone: string;
  locale: string;
  /** Makes the short address of a link; without it a link stays as it is. */
  short?: ((url: string) => string) | undefined;
  /** What was to be printed and had nothing in it, and no default. */
  missing: string[];
  /** Milliseconds that it may compute. Default: no end. */
  limit?: number | undefined;
}

let rendering: Rendering = { zone: 'UTC', locale: 'en-US', missing: [] };
let ends = Infinity;
let looks = 0;

/** Milliseconds that this thread has computed. */
function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Asked at every mark; the system is asked now and then. */
function checkTime(): void {
  looks += 1;
  if (ends !== Infinity && looks % LOOK_EVERY === 0 && computed() > ends)
    throw new Error('render limit exceeded');
}
const LOOK_EVERY = 50;

/** All that a text may use. Others of Liquid's are for pages, or look into what runs. */
const TAGS = new Set([
  'assign',
  'capture',
  'case',
  'comment',
  'cycle',
  'echo',
  'for',
  'break',
  'continue',
  'if',
  'unless',
  'raw',
  'liquid',
  '#',
]);
const FILTERS = new Set([
  'abs',
  'append',
  'at_least',
  'at_most',
  'capitalize',
  'ceil',
  'compact',
  'concat',
  'default',
  'divided_by',
  'downcase',
  'escape',
  'first',
  'floor',
  'join',
  'last',
  'lstrip',
  'minus',
  'modulo',
  'plus',
  'prepend',
  'remove',
  'remove_first',
  'replace',
  'replace_first',
  'reverse',
  'round',
  'rstrip',
  'size',
  'slice',
  'sort',
  'split',
  'strip',
  'strip_newlines',
  'times',
  'truncate',
  'truncatewords',
  'uniq',
  'upcase',
  'url_encode',
]);

const liquid = new Liquid({
  parseLimit: TEMPLATE_LIMITS.parse,
  memoryLimit: TEMPLATE_LIMITS.memory,
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  dynamicPartials: false,
  relativeReference: false,
  templates: {},
  locale: 'en-US',
});
for (const name of Object.keys(liquid.tags)) if (!TAGS.has(name)) delete liquid.tags[name];
for (const name of Object.keys(liquid.filters)) if (!FILTERS.has(name)) liquid.unregisterFilter(name);

/** A day without a time is that day everywhere, and a time without a zone that time; an instant is told in the contact's zone. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const liquidDate = builtIn['date'] as (...given: unknown[]) => unknown;
liquid.registerFilter('date', function (value: unknown, format?: unknown, zone?: unknown) {
  const own = typeof zone === 'string' ? zone : rendering.zone;
  if (typeof value !== 'string') return liquidDate.call(this, value, format, own);
  if (DAY.test(value)) return liquidDate.call(this, value, format, 'UTC');
  return WALL_TIME.test(value)
    ? liquidDate.call(this, `${value}Z`, format, 'UTC')
    : liquidDate.call(this, value, format, own);
});
liquid.registerFilter('phone', (value: unknown) => formatPhone(value));
liquid.registerFilter('money', (value: unknown, currency?: unknown) =>
  formatMoney(value, currency, rendering.locale),
);
liquid.registerFilter('short', (value: unknown) =>
  typeof value === 'string' && rendering.short ? rendering.short(value) : value,
);

/** Refuses to grow: a loop prints a page a thousand times in a millisecond. */
class Bounded {
  #buffer = '';
  get buffer(): string {
    return this.#buffer;
  }
  write(value: unknown): void {
    const text = wordsOf(value);
    if (this.#buffer.length + text.length > TEMPLATE_LIMITS.output) throw new Error('output limit exceeded');
    this.#buffer += text;
  }
}

/** As Liquid prints: nothing for nothing, lists without commas. */
export function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(wordsOf).join('');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** As Liquid's own loop, but that it notes what had nothing in it and bounds what comes out. */
liquid.renderer.renderTemplates = function* (templates: Template[], context: Context, given?: unknown) {
  const emitter = (given as Bounded | undefined) ?? new Bounded();
  checkTime();
  for (const template of templates) {
    checkTime();
    try {
      const before = emitter.buffer.length;
      const text: unknown = yield template.render(context, emitter);
      if (text) emitter.write(text);
      if (template instanceof Output && emitter.buffer.length === before) note(template);
      if (context.breakCalled || context.continueCalled) break;
    } catch (error) {
      throw RenderError.is(error) ? error : new RenderError(error as Error, template);
    }
  }
  return emitter.buffer;
};

const NOTED = 20;

function note(output: Output): void {
  if (output.value.filters.some(({ name }) => name === 'default')) return;
  const name = /^\{\{-?\s*([^|}\s]+)/.exec(output.token.getText())?.[1] ?? 'a variable';
  if (rendering.missing.length < NOTED && !rendering.missing.includes(name)) rendering.missing.push(name);
}

export type Parsed = Template[];

/** Throws for what is no template. */
export function parse(text: string): Parsed {
  checkMarks(text);
  return liquid.parse(text);
}

function checkMarks(text: string): void {
  let marks = 0;
  for (let at = text.search(/\{[{%]/); at !== -1 && marks <= TEMPLATE_LIMITS.marks; marks += 1) {
    const end = text.indexOf(text[at + 1] === '{' ? '}}' : '%}', at + 2);
    if ((end === -1 ? text.length : end) - at > TEMPLATE_LIMITS.mark) throw new Error('mark limit exceeded');
    const next = end === -1 ? -1 : text.slice(end + 2).search(/\{[{%]/);
    at = next === -1 ? -1 : end + 2 + next;
  }
  if (marks > TEMPLATE_LIMITS.marks) throw new Error('mark limit exceeded');
}

/** Throws when it takes longer than its limit, or makes too much. */
export function renderParsed(parsed: Parsed, scope: object, as: Rendering): string {
  rendering = as;
  looks = 0;
  ends = as.limit === undefined ? Infinity : computed() + as.limit;
  return String(liquid.renderSync(parsed, scope));
}

/** What it reads from outside, as paths: `['contact', 'first_name']`. */
export function variablesOf(parsed: Parsed): string[][] {
  return liquid
    .globalVariableSegmentsSync(parsed, { partials: false })
    .map((path) => path.map((part) => (typeof part === 'object' ? '*' : String(part))));
}
