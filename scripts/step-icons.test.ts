/** Kinds of steps name icons that the elements draw; the contract cannot import them to see that they are there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { STEP_KINDS } from '../server-kit/src/contract/workflow/index.ts';
import { root } from './packages.ts';

it('has an icon for every kind of step', () => {
  const drawn = ['icons.ts', 'icons-more.ts'].flatMap((file) => {
    const text = readFileSync(join(root, 'elements/src/internal', file), 'utf8');
    return [...text.matchAll(/^ {2}(\w+):\s/gm)].map(([, name]) => name);
  });
  for (const { kind, icon } of STEP_KINDS) expect(drawn, kind).toContain(icon);
});
