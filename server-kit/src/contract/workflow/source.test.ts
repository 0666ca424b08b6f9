import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDefinition } from './check.ts';
import type { Definition } from './definition.ts';
import { checkSource, readSource, writeSource } from './source.ts';
import { definition, writtenDefinition } from './testing/definitions.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const HEAD = 'version: 1\nkey: a\nname: A\n';

/** As the text says it again, with every default. */
function reread(text: string): Definition {
  const { definition: found, problems } = checkSource(text);
  expect(
    problems.filter(({ severity }) => severity === 'error'),
    text,
  ).toEqual([]);
  return found!;
}

describe('a definition as text', () => {
  it('comes back from YAML as it went, whatever stands in it', () => {
    fc.assert(
      fc.property(definition, (given) => {
        expect(reread(writeSource(given, 'yaml'))).toEqual(given);
      }),
      { numRuns: 300 },
    );
  });

  it('comes back from JSON as it went', () => {
    fc.assert(
      fc.property(definition, (given) => {
        expect(reread(writeSource(given, 'json'))).toEqual(given);
      }),
      { numRuns: 100 },
    );
  });

  it('changes into any other in its text, too', () => {
    fc.assert(
      fc.property(definition, definition, (before, after) => {
        expect(reread(writeSource(after, 'yaml', writeSource(before, 'yaml')))).toEqual(after);
      }),
      { numRuns: 100 },
    );
  });

  it('stays as people wrote it when nothing changes', () => {
    fc.assert(
      fc.property(writtenDefinition, (written) => {
        const text = writeSource(checkDefinition(written).definition!, 'yaml');
        expect(writeSource(reread(text), 'yaml', text)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps every comment when another step changes, comes or goes', () => {
    fc.assert(
      fc.property(definition, fc.nat(), fc.constantFrom('change', 'add', 'remove'), (given, at, what) => {
        const lines = writeSource({ ...given, layout: undefined }, 'yaml').split('\n');
        const commented = lines.map((line) =>
          line.replace(/^( {2}- id: )(\S+)$/, '  # about $2\n$1$2 # beside $2'),
        );
        const text = `# at the top\n${commented.join('\n')}`;
        const changed = reread(text);
        const index = at % changed.steps.length;
        const { id } = changed.steps[index]!;
        if (what === 'change') changed.steps[index]!.name = 'Another name';
        else if (what === 'add') changed.steps.splice(index + 1, 0, { id: 'brand-new', kind: 'end' });
        else if (changed.steps.length > 1) changed.steps.splice(index, 1);
        const after = writeSource(changed, 'yaml', text);
        expect(after).toContain('# at the top');
        for (const step of changed.steps) {
          if (step.id === id || step.id === 'brand-new') continue;
          expect(after).toContain(`# about ${step.id}\n`);
          expect(after).toContain(`# beside ${step.id}\n`);
        }
        expect(readSource(after).problems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps quotes, order and what was said although it is usual', () => {
    const text = `# head\nversion: 1\nkey: a\nname: "A" # quoted\nsettings: { priority: 5, zone: 'tenant' }\nsteps:\n  - { id: x, kind: end }\n`;
    const given = reread(text);
    given.settings.stop_on_reply = true;
    expect(writeSource(given, 'yaml', text)).toBe(
      text.replace("zone: 'tenant' }", "zone: 'tenant', stop_on_reply: true }"),
    );
  });

  it('writes what it means when an alias stands for something that changed', () => {
    const text = `${HEAD}steps:\n  - { id: x, kind: add_tag, tags: &t [one] }\n  - { id: y, kind: add_tag, tags: *t }\n`;
    const given = reread(text);
    (given.steps[0] as unknown as { tags: string[] }).tags = ['two'];
    expect(reread(writeSource(given, 'yaml', text))).toEqual(given);
  });

  it('reads the words of YAML 1.1 as words', () => {
    const { value } = readSource(
      `${HEAD}triggers:\n  - on: tag.added\n    tag: no\nsteps:\n  - id: on\n    kind: add_tag\n    tags: [yes, off, 2026-01-01, 012]\n`,
    );
    expect(value).toMatchObject({
      triggers: [{ on: 'tag.added', tag: 'no' }],
      steps: [{ id: 'on', tags: ['yes', 'off', '2026-01-01', 12] }],
    });
  });

  it('takes tabs, comments in keys and a byte order mark for what they are', () => {
    expect(readSource('{\n\t"version":\t1\n}').value).toEqual({ version: 1 });
    expect(readSource('\ufeffversion: 1').value).toEqual({ version: 1 });
    expect(readSource('version: 1\r\nname: x\r\n').value).toEqual({ version: 1, name: 'x' });
  });
});

describe('a text that cannot be read', () => {
  const problem = (text: string) => {
    const { value, problems } = readSource(text);
    expect(value).toBeUndefined();
    expect(problems).toHaveLength(1);
    return problems[0]!;
  };

  it.each([
    ['a tab as indentation', `${HEAD}steps:\n\t- id: x`, /tab/, 5, 1],
    ['a key twice', `${HEAD}name: B`, /twice/, 4, 1],
    ['a key twice in JSON', '{"a": 1,\n "a": 2}', /twice/, 2, 2],
    ['a bracket that is not closed', 'steps: [a', /bracket/, 1, 10],
    ['an alias without an anchor', 'a: *nothing', /anchor/, 1, 4],
    ['two documents', 'a: 1\n---\nb: 2', /second document/, 2, 1],
    ['a tag', 'a: !!js/function "x"', /tags/, 1, 4],
    ['a list as a key', '? [a]\n: 1', /key/, 1, 3],
  ])('%s', (_, text, words, line, column) => {
    expect(problem(text)).toMatchObject({
      code: 'not_readable',
      severity: 'error',
      line,
      column,
      message: expect.stringMatching(words),
    });
  });

  it('says what to do with a colon of Liquid', () => {
    expect(problem(`${HEAD}steps:\n  - body: Hi {{ first_name | default: "you" }}`).mend).toMatch(
      /into quotes/,
    );
    expect(problem(`${HEAD}steps:\n  - body: {{ first_name }}, hi`).mend).toMatch(/into quotes/);
  });

  it('nothing at all, or only a comment', () => {
    expect(problem('').message).toMatch(/empty/);
    expect(problem('# later').message).toMatch(/empty/);
  });

  it('aliases that unfold to billions', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghij'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghij'[index]}`).join(', ')}]`,
        ),
    ];
    const start = performance.now();
    expect(problem(bomb.join('\n')).message).toMatch(/aliases/i);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('an alias that holds itself', () => {
    expect(problem('a: &a [*a]').code).toBe('not_readable');
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['keys', '{"a":'.repeat(100_000)],
    ['dashes', '- '.repeat(100_000)],
    ['lines', Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['brackets with something between', '[1, '.repeat(100_000)],
  ])('%s that go down for ever', (_, text) => {
    const start = performance.now();
    expect(problem(text).message).toMatch(/deep|read/);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it('more than two million bytes', () => {
    expect(problem(`# ${'é'.repeat(1_000_000)}`).message).toMatch(/2000003 bytes|bytes/);
  });

  it('never throws, whatever it is', () => {
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '#',
      '&a',
      '*a',
      '|',
      '>',
      '!',
      '?',
      '\t',
      '%',
      ',',
      '<<',
      '---',
      '\0',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const { problems, definition: found } = checkSource(parts.join(''));
        expect(problems.length > 0 || found !== null).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a problem’s place', () => {
  it('is the line and column of what it is about', () => {
    const text = `${HEAD}triggers:\n  - on: manual\nsteps:\n  - id: x\n    kind: wait\n    for: soon\n  - { id: y, kind: end, nxt: x }\n`;
    const { problems } = checkSource(text);
    expect(problems.map(({ path, line, column }) => [path, line, column])).toEqual([
      ['steps[0].for', 9, 5],
      ['steps[1].nxt', 10, 25],
    ]);
  });
});
