import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readSource } from './source.ts';
import { definitionSchema } from './json-schema.ts';
import { writtenDefinition } from './testing/definitions.ts';
import { libraryWorkflows } from '../../workflows/library/index.ts';
import { BASE_SEED } from '../../testing/campaign.ts';

fc.configureGlobal({ seed: BASE_SEED });

const schema = JSON.parse(JSON.stringify(definitionSchema())) as object;
const ajv = new Ajv.default({ strict: false });
addFormats.default(ajv);
const valid = ajv.compile(schema);

it('is checked in as generated (else: node -C patchbay-source server-kit/src/bin/workflow-schema.ts)', () => {
  const file = readFileSync(new URL('../../../workflow.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(schema);
});

it('takes whatever the kit takes', () => {
  for (const { source } of libraryWorkflows())
    expect(valid(readSource(source).value), ajv.errorsText(valid.errors)).toBe(true);
  fc.assert(
    fc.property(writtenDefinition, (given) => {
      expect(valid(JSON.parse(JSON.stringify(given))), ajv.errorsText(valid.errors)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('underlines what the kit refuses in form', () => {
  const end = { id: 'bye', kind: 'end' };
  const head = { version: 1, key: 'a', name: 'A' };
  expect(valid({ ...head, $schema: 'x', steps: [end] })).toBe(true);
  for (const wrong of [
    { ...head, steps: [] },
    { ...head, steps: [{ ...end, nxt: 'x' }] },
    { ...head, steps: [{ id: 'w', kind: 'wait', for: 'soon' }] },
    { ...head, steps: [{ id: 'w', kind: 'wiat' }] },
    { ...head, triggers: [{ on: 'tag.add' }], steps: [end] },
    { ...head, colour: 'red', steps: [end] },
  ]) {
    expect(valid(wrong)).toBe(false);
  }
});
