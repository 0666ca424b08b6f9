import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { updateAsset } from '../../contract/index.ts';
import { checkSource } from '../../contract/workflow/source.ts';
import { libraryWorkflows } from './index.ts';

const library = libraryWorkflows();
const byKey = new Map(library.map(({ definition, source }) => [definition.key, { definition, source }]));

describe('the library', () => {
  it('has every file of its folder, under its key', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.yaml'));
    expect([...byKey.keys()].map((key) => `${key}.yaml`).sort()).toEqual(files.sort());
  });

  it.each([...byKey])('%s is sound, without a warning, and explains itself', (_, { source }) => {
    expect(checkSource(source).problems).toEqual([]);
    expect(source.match(/^ *# /gm)?.length).toBeGreaterThan(3);
  });

  it.each([...byKey])(
    '%s names the business and the way out in the first text that somebody may get',
    (_, { definition }) => {
      const bodies = definition.steps
        .map((step) => (step.kind.startsWith('send_') ? (step as { body?: string }).body : undefined))
        .filter((body) => body !== undefined);
      const first = bodies.find((body) => !body.includes('Happy Birthday'));
      if (first !== undefined) expect(first).toMatch(/\{\{ tenant\.name \}\}/);
      // the greeting leaves it to the kit, which adds it to the first text of marketing
      if (first !== undefined) expect(first).toMatch(/\bSTOP\b/);
      else expect(definition.settings.purpose).toBe('marketing');
    },
  );

  it('keeps to letters that do not double the price of a text, save for the birthday', () => {
    for (const { definition } of library) {
      if (definition.key === 'birthday-video') continue;
      // GSM 03.38's letters that are ASCII, too
      for (const step of definition.steps)
        expect((step as { body?: string }).body ?? '').toMatch(/^[\n -~]*$/);
    }
  });

  it.each([...byKey])('%s asks for files by keys that a file can have', (_, { definition }) => {
    for (const step of definition.steps) {
      const { pdf, video } = step as { pdf?: string; video?: string };
      for (const key of [pdf, video])
        if (key !== undefined) expect(updateAsset.parse({ key })).toEqual({ key });
    }
  });

  it('has Five Days of Joy as it is known', () => {
    const { definition } = byKey.get('five-days-of-joy')!;
    expect(definition.triggers.map(({ on }) => on)).toEqual([
      'stage.entered',
      'questionnaire.submitted',
      'tag.added',
    ]);
    expect(definition.settings).toMatchObject({
      zone: 'contact',
      window: { from: '10:00', to: '18:00' },
      on_opt_out: 'cancel',
    });
    const tags = definition.steps.flatMap((step) => (step as { tags?: string[] }).tags ?? []);
    expect(tags).toEqual([
      'Joy_Day0_Sent',
      'Joy_Day1_Sent',
      'Joy_Day2_Sent',
      'Joy_Day3_Sent',
      'Joy_Day4_Sent',
      'Joy_Final_Sent',
    ]);
  });

  it('greets once a year', () => {
    const { definition } = byKey.get('birthday-video')!;
    expect(definition.triggers).toEqual([
      expect.objectContaining({
        on: 'date',
        every: 'year',
        year_field: 'last_birthday_sent_year',
        feb_29: 'feb_28',
      }),
    ]);
    expect(definition.steps.at(-1)).toMatchObject({ kind: 'set_field', field: 'last_birthday_sent_year' });
  });
});
