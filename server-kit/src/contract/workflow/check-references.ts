/** Whether what a definition names is there: in the kit (columns, events) always, of the tenant as far as `Facts` say. */
import { conditionsOf } from './filters.ts';
import { EVENT_TYPES, FILTER_FIELDS } from '../names.ts';
import type { Filter } from '../filter.ts';
import { checkFilter } from '../filter-check.ts';
import type { WorkflowProblem } from './definition.ts';
import { WRITABLE_FIELDS, type ProblemCode, type ProblemSeverity } from './names.ts';
import type { Place } from './shape.ts';
import { nearest, shortened } from './wording.ts';

/** What the tenant has. A set that is left out is not known, and then nothing is said about its kind of thing. */
export interface Facts {
  tags?: ReadonlySet<string> | undefined;
  /** Keys of own fields, without `fields.`. */
  fields?: ReadonlySet<string> | undefined;
  /** Ids and names. */
  stages?: ReadonlySet<string> | undefined;
  /** Keys and ids. */
  assets?: ReadonlySet<string> | undefined;
  segments?: ReadonlySet<string> | undefined;
  /** Keys of workflows that can be enrolled in. */
  workflows?: ReadonlySet<string> | undefined;
  members?: ReadonlySet<string> | undefined;
  /** By key: the words of each, where they are known. */
  templates?: ReadonlyMap<string, string> | ReadonlySet<string> | undefined;
}

type Finding = Pick<WorkflowProblem, 'code' | 'severity' | 'message' | 'mend'>;

export function checkReference(
  { mark, value, path }: Place,
  kind: string | null,
  facts: Facts = {},
): Finding[] {
  if (mark === 'filter') return checkFilterReferences(value, facts);
  if (typeof value !== 'string') return [];
  // a step that names what is not there cannot do its work; a trigger or a filter only never comes true
  const severity = kind === null ? 'warning' : 'error';
  switch (mark) {
    case 'tag':
      return kind === 'add_tag' ? [] : unknown('unknown_tag', 'tag', value, facts.tags, 'warning');
    case 'field':
      return checkField(value, kind, facts, severity);
    case 'stage':
      return unknown('unknown_stage', 'stage', value, facts.stages, severity);
    case 'asset':
      return unknown(
        'unknown_asset',
        'file',
        value,
        facts.assets,
        severity,
        'Upload it, and give it this key.',
      );
    case 'segment':
      return unknown('unknown_segment', 'segment', value, facts.segments, 'error');
    case 'workflow':
      return unknown('unknown_workflow', 'workflow', value, facts.workflows, severity);
    case 'template':
      return unknown('unknown_template', 'template', value, facts.templates, severity);
    case 'member':
      return value === 'owner' && path[0] !== 'to'
        ? []
        : unknown('invalid_value', 'member', value, facts.members, severity);
    case 'event':
      return unknown('invalid_value', 'event', value, new Set(EVENT_TYPES), 'error');
    case 'address':
      return checkAddress(value);
    case 'step':
      return [];
    default:
      mark satisfies never;
      return [];
  }
}

type Known = { has(name: string): boolean; keys(): Iterable<string> };

function unknown(
  code: ProblemCode,
  what: string,
  value: string,
  known: Known | undefined,
  severity: ProblemSeverity,
  mend?: string,
): Finding[] {
  if (known === undefined || known.has(value)) return [];
  const meant = nearest(value, known.keys());
  const otherwise =
    mend ??
    (severity === 'warning'
      ? `Nobody has it yet. Check how it is written.`
      : 'Make it first, or name another.');
  return [
    {
      code,
      severity,
      message: `There is no ${what} “${shortened(value, 40)}”.`,
      mend: meant ? `Did you mean “${meant}”?` : otherwise,
    },
  ];
}

/** Of a contact, what can be asked for or set. */
const COLUMNS: readonly string[] = [...new Set([...Object.keys(FILTER_FIELDS), ...WRITABLE_FIELDS])];

function checkField(value: string, kind: string | null, facts: Facts, severity: ProblemSeverity): Finding[] {
  const own = /^fields\.(.+)$/.exec(value)?.[1];
  if (own !== undefined)
    return unknown(
      'unknown_field',
      'own field',
      own,
      facts.fields,
      severity,
      'Make the field first, or name another.',
    );
  const columns: readonly string[] = kind === 'set_field' ? WRITABLE_FIELDS : COLUMNS;
  if (columns.includes(value)) return [];
  const there = kind === 'set_field' && COLUMNS.includes(value);
  const meant = nearest(value, columns) ?? nearest(value, facts.fields ?? []);
  return [
    {
      code: 'unknown_field',
      severity: 'error',
      message: there
        ? `“${value}” cannot be set by a workflow.`
        : `There is no field “${shortened(value, 40)}”.`,
      mend:
        meant && !there
          ? `Did you mean “${facts.fields?.has(meant) ? `fields.${meant}` : meant}”?`
          : `There are ${columns.join(', ')}, and fields.<key>.`,
    },
  ];
}

/** Filters that are sound, and ask for what nobody has. */
function checkFilterReferences(value: unknown, facts: Facts): Finding[] {
  const { filter } = checkFilter(value);
  if (filter === null) return [];
  return conditionsOf(filter).flatMap((condition) => {
    if ('segment' in condition)
      return unknown('unknown_segment', 'segment', condition.segment.id, facts.segments, 'error');
    if ('event' in condition && condition.event.stage !== undefined) {
      return unknown('unknown_stage', 'stage', condition.event.stage, facts.stages, 'warning');
    }
    return 'field' in condition ? checkFieldCondition(condition, facts) : [];
  });
}

function checkFieldCondition(condition: Extract<Filter, { field: string }>, facts: Facts): Finding[] {
  const own = /^fields\.(.+)$/.exec(condition.field)?.[1];
  if (own !== undefined) return unknown('unknown_field', 'own field', own, facts.fields, 'warning');
  const values =
    'value' in condition ? [condition.value].flat().filter((one) => typeof one === 'string') : [];
  if (condition.field === 'tags')
    return values.flatMap((tag) => unknown('unknown_tag', 'tag', tag, facts.tags, 'warning'));
  if (condition.field !== 'stage' || !/^(is|is_not|in|not_in)$/.test(condition.op)) return [];
  return values.flatMap((stage) => unknown('unknown_stage', 'stage', stage, facts.stages, 'warning'));
}

/** What can be seen of an address beforehand. Names that lead inside are found when it is asked for. */
function checkAddress(value: string): Finding[] {
  const refuse = (message: string, mend: string): Finding[] => [
    { code: 'address_not_allowed', severity: 'error', message, mend },
  ];
  // the beginning is a template: nothing is known yet
  if (/^\s*\{[{%]/.test(value)) return [];
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(value.trim());
  if (!parts) return refuse('This is no address.', 'Write it as https://example.com/path.');
  const [, scheme = '', authority = ''] = parts;
  if (!/^https?$/i.test(scheme)) return refuse(`${scheme} is not asked.`, 'Write an address of https.');
  if (authority.includes('@'))
    return refuse('A name and password stand in the address.', 'Put them into a header.');
  if (/\{[{%]/.test(authority)) return [];
  const host = authority.replace(/:\d*$/, '').toLowerCase();
  if (host === '' || isInside(host))
    return refuse(
      `${shortened(host, 40) || 'Nothing'} is no machine of the internet.`,
      'Name one that everybody can reach.',
    );
  return [];
}

function isInside(host: string): boolean {
  if (host.startsWith('[')) return /^\[(::1?|::ffff:.*|f[cd].*|fe[89ab].*)\]$/.test(host);
  if (/^(localhost|.*\.(localhost|local|internal|home\.arpa))\.?$/.test(host) || !host.includes('.'))
    return true;
  const octets = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(host);
  if (!octets) return /^[\d.]+$|^0x/.test(host);
  const [a, b] = [Number(octets[1]), Number(octets[2])];
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b < 128)
  );
}
