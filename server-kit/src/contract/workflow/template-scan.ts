/**
 * What a Liquid template asks for, without Liquid: editors check while somebody types, and the real engine
 * (`workflows/templates`) is the server's. Only what is said here is judged: tags that do not pair, and names that nothing fills.
 */
import { nearest, shortened } from './wording.ts';
import { CONTACT_VARIABLES, TEMPLATE_ROOTS } from './names.ts';

export interface TemplateFinding {
  code: 'invalid_template' | 'unknown_variable';
  message: string;
  mend: string;
}

export interface TemplateScan {
  findings: TemplateFinding[];
  /** Keys of own fields that it reads: `fields.budget`, `contact.fields.budget`. */
  fields: string[];
}

const TAG =
  /\{\{-?((?:"[^"]*"|'[^']*'|[^"'}]|\}(?!\}))*)\}\}|\{%-?((?:"[^"]*"|'[^']*'|[^"'%]|%(?!\}))*)%\}|\{\{|\{%/g;
const BLOCKS = ['if', 'unless', 'case', 'for', 'tablerow', 'capture', 'comment', 'raw'];
const INSIDE: Partial<Record<string, readonly string[]>> = {
  else: ['if', 'unless', 'case', 'for'],
  elsif: ['if', 'unless'],
  when: ['case'],
};
/** Words of Liquid that stand where a name could. */
const WORDS = new Set(
  'true false nil null undefined empty blank and or not contains in reversed limit offset cols with as forloop tablerowloop'.split(
    ' ',
  ),
);
const NAME = /(?<![\w.-])([a-z_][\w-]*)((?:\s*\.\s*[\w-]+|\[[^\]]*\])*)(\s*:)?/gi;

export function scanTemplate(text: string, more: Iterable<string> = []): TemplateScan {
  const findings: TemplateFinding[] = [];
  const fields: string[] = [];
  const own = new Set<string>(more);
  const open: string[] = [];
  const broken = (message: string, mend: string) =>
    void findings.push({ code: 'invalid_template', message, mend });

  for (const found of text.matchAll(TAG)) {
    const [all, output, tag] = found;
    const inner = open.at(-1);
    if (inner === 'raw' || inner === 'comment') {
      if (tag !== undefined && firstWord(tag) === `end${inner}`) open.pop();
      continue;
    }
    if (output === undefined && tag === undefined) {
      broken(
        `“${shortened(text.slice(found.index), 30)}” is not closed.`,
        `Close it with ${all === '{{' ? '}}' : '%}'}.`,
      );
      break;
    }
    if (output !== undefined) {
      if (output.replace(/-$/, '').trim() === '')
        broken(`“${all}” is empty.`, 'Name a variable, as {{ first_name }}.');
      read(output, own, findings, fields);
      continue;
    }
    const name = firstWord(tag!);
    const rest = tag!.replace(/^-?\s*[\w#]+/, '');
    if (BLOCKS.includes(name)) open.push(name);
    else if (name.startsWith('end')) {
      const closes = name.slice(3);
      if (inner !== closes) {
        broken(
          `“${shortened(all, 30)}” closes nothing.`,
          inner ? `Close {% ${inner} %} first.` : 'Remove it.',
        );
        break;
      }
      open.pop();
    } else if (INSIDE[name] && !INSIDE[name].includes(inner ?? '')) {
      broken(
        `“${shortened(all, 30)}” stands outside of ${INSIDE[name].join(' and ')}.`,
        'Put it inside, or remove it.',
      );
    }
    const local = /^\s*([a-z_][\w-]*)\s*(=|in\b|$)/i.exec(rest)?.[1];
    if (['assign', 'capture', 'for', 'tablerow', 'increment', 'decrement'].includes(name) && local)
      own.add(local);
    if (!['raw', 'comment', 'capture', 'increment', 'decrement'].includes(name))
      read(rest, own, findings, fields);
  }
  const left = open.at(-1);
  if (findings.every(({ code }) => code !== 'invalid_template') && left) {
    broken(`{% ${left} %} is not closed.`, `Close it with {% end${left} %}.`);
  }
  return { findings, fields };
}

function firstWord(tag: string): string {
  return /^-?\s*(\w+)/.exec(tag)?.[1] ?? '';
}

function read(
  expression: string,
  own: ReadonlySet<string>,
  findings: TemplateFinding[],
  fields: string[],
): void {
  const plain = expression.replaceAll(/"[^"]*"|'[^']*'/g, '""').replaceAll(/\|\s*\w+/g, '|');
  for (const [, root = '', rest = '', named] of plain.matchAll(NAME)) {
    if (named && rest === '' && !TEMPLATE_ROOTS.includes(root as never)) continue;
    if (own.has(root) || WORDS.has(root.toLowerCase())) continue;
    const [first, second] = [...rest.matchAll(/\.\s*([\w-]+)|\[\s*""\s*\]/g)].map(([, name]) => name);
    const contactOnly = root === 'contact' && first !== undefined;
    const column = contactOnly ? first : root;
    if (column === 'fields' && (contactOnly || root === 'fields')) {
      const key = contactOnly ? second : first;
      if (key !== undefined) fields.push(key);
      continue;
    }
    if (CONTACT_VARIABLES.includes(column as never)) continue;
    if (!contactOnly && TEMPLATE_ROOTS.includes(root as never)) continue;
    const known = contactOnly ? CONTACT_VARIABLES : [...CONTACT_VARIABLES, ...TEMPLATE_ROOTS, ...own];
    const meant = nearest(column, known);
    const before = contactOnly ? 'contact.' : '';
    findings.push({
      code: 'unknown_variable',
      message: `Nothing fills {{ ${before}${shortened(column, 40)} }}.`,
      mend: meant
        ? `Did you mean {{ ${before}${meant} }}?`
        : `There are the contact’s columns (first_name), fields.<key>, ${TEMPLATE_ROOTS.filter((one) => one !== 'fields').join(', ')}.`,
    });
  }
}
