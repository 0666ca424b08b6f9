/** Definitions by chance, all of them sound: ways lead forward, texts are what makes YAML stumble. */
import fc from 'fast-check';
import { checkDefinition } from '../check.ts';
import type { Definition } from '../definition.ts';

const HOSTILE = [
  'no',
  'on',
  'yes',
  'null',
  '~',
  'true',
  '1',
  '1e3',
  '0x1F',
  '10:00',
  '- a',
  '# not a comment',
  'a: b',
  'a #b',
  '"',
  "'",
  '|',
  '>-',
  '&a',
  '*a',
  '!tag',
  '%YAML',
  '@',
  '`',
  '{',
  '}',
  '[',
  ']',
  ',',
  '? x',
  ': ',
  '---',
  '...',
  '=',
  '<<',
  'ÄÖ 😀',
  '  two  ',
  'line\nline',
  '\n\nend\n',
  '\ttab',
  'a\\b',
  '\u2028',
  '\u00a0',
  '\ufeff',
  '“q”',
  '{{ first_name | default: "there" }}',
];
const hostile = fc.constantFrom(...HOSTILE);
/** Braces of templates only where they are closed. */
const text = fc
  .array(
    fc.oneof(
      hostile,
      fc.string({ unit: fc.constantFrom('a', ' ', ':', '#', '-', '\n', 'é', "'", '"', '\\') }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(' '))
  .filter((one) => one !== '' && !/\{%/.test(one));
const word = text.map((one) => one.trim().slice(0, 90).trim()).filter((one) => one !== '');
const duration = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('minute', 'hours', 'days', 'week', 'months'))
  .map(([n, unit]) => `${n} ${unit}`);
const time = fc.constantFrom('00:00', '08:30', '10:00', '24:00');
const filter = fc.oneof(
  word.map((value) => ({ field: 'stage', op: 'is', value })),
  fc.array(word, { minLength: 1, maxLength: 3 }).map((value) => ({
    all: [{ field: 'tags', op: 'has_any', value }, { not: { field: 'email', op: 'is_set' } }],
  })),
  fc.constant({ event: { type: 'message.received', within: { last: 2, unit: 'days' } } }),
);
const json = fc
  .jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
  .map((value) => JSON.stringify(value))
  // null is the one value that cannot be told from nothing, and braces may be a broken template
  .filter((value) => value !== 'null' && !/\{[{%]/.test(value))
  .map((value) => JSON.parse(value) as unknown);

/** What one step says, given steps that it may lead to. */
const step = (later: string[]): fc.Arbitrary<Record<string, unknown>> => {
  const to = later.length > 0 ? fc.constantFrom(...later) : fc.constant(undefined);
  const some = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
  const kinds: fc.Arbitrary<Record<string, unknown>>[] = [
    fc.record({
      kind: fc.constant('send_sms'),
      body: text,
      assets: fc.array(word, { maxLength: 2 }),
      send_as: fc.constantFrom('auto', 'link'),
    }),
    fc.record({ kind: fc.constant('wait'), for: duration }),
    fc.record({ kind: fc.constant('wait'), until_day: fc.record({ day: fc.nat(30), at: time }) }),
    fc.record({
      kind: fc.constant('wait'),
      for_event: fc.record({
        type: fc.constant('message.received'),
        timeout: duration,
        on_timeout: to,
        where: some(filter),
      }),
    }),
    fc.record({ kind: fc.constant('add_tag'), tags: fc.array(word, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('set_field'),
      field: fc.constantFrom('lead_type', 'fields.budget'),
      value: fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
    }),
    fc.record({
      kind: fc.constant('http_request'),
      url: fc.constant('https://example.com/x'),
      headers: fc.dictionary(word, word, { maxKeys: 2 }),
      body: json,
    }),
    fc.record({
      kind: fc.constant('assign'),
      to: fc.oneof(
        word.map((member) => ({ member })),
        fc.constant({ nobody: true }),
      ),
      only_if_unassigned: fc.boolean(),
    }),
    fc.constant({ kind: 'end' }),
  ];
  if (later.length > 0) {
    kinds.push(
      fc.record({
        kind: fc.constant('condition'),
        branches: fc.array(fc.record({ label: some(word), when: filter, to }), {
          minLength: 1,
          maxLength: 3,
        }),
        else: to,
      }),
      fc.record({
        kind: fc.constant('split'),
        ways: fc.array(fc.record({ label: word, weight: fc.integer({ min: 1, max: 99 }), to: some(to) }), {
          minLength: 2,
          maxLength: 3,
        }),
      }),
    );
  }
  return fc
    .tuple(fc.oneof(...kinds), some(word), some(to))
    .map(([own, name, next]) => ({ ...own, name, next }));
};

/** As people write them: without most of what is usual. */
export const writtenDefinition: fc.Arbitrary<Record<string, unknown>> = fc
  .integer({ min: 1, max: 8 })
  .chain((length) => {
    const ids = Array.from({ length }, (_, index) => `step-${index}`);
    return fc.record({
      version: fc.constant(1),
      key: fc.constantFrom('a', 'five-days', 'on', 'null'),
      name: word,
      description: fc.option(text, { nil: undefined }),
      triggers: fc.array(
        fc.oneof(
          fc.record({ on: fc.constant('tag.added'), tag: word }),
          fc.record({ on: fc.constant('message.received'), keyword: word, where: filter }),
          fc.constant({ on: 'date', field: 'birthday' }),
          fc.record({
            on: fc.constant('webhook'),
            key: fc.constant('lead'),
            sample: json,
            map: fc.dictionary(word, word, { maxKeys: 2 }),
          }),
        ),
        { maxLength: 3 },
      ),
      settings: fc.record(
        {
          window: fc.constant({ from: '10:00', to: '18:00' }),
          re_entry: fc.oneof(
            fc.constant('always'),
            duration.map((after) => ({ after })),
          ),
          goal: filter,
          priority: fc.nat(9),
        },
        { requiredKeys: [] },
      ),
      steps: fc.tuple(...ids.map((id, index) => step(ids.slice(index + 1)).map((one) => ({ id, ...one })))),
      layout: fc.option(fc.constant({ [ids[0]!]: { x: 1.5, y: -2 } }), { nil: undefined }),
    });
  });

/** With every default. */
export const definition: fc.Arbitrary<Definition> = writtenDefinition.map((written) => {
  const checked = checkDefinition(written);
  if (!checked.definition)
    throw new Error(
      JSON.stringify(
        checked.problems.filter(({ severity }) => severity === 'error'),
        null,
        1,
      ),
    );
  return checked.definition;
});
