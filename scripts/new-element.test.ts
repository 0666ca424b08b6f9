import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { edits, namesOf, newFiles } from './new-element.ts';
import { root } from './packages.ts';

const names = namesOf('call-bar', 'Shows the call in progress.');
const edited = (path: string) => edits[path]?.(readFileSync(join(root, path), 'utf8'), names) ?? '';

describe('a new element', () => {
  test('has a class, styles, a test, a registration and a story', () => {
    expect(Object.keys(newFiles(names))).toEqual([
      'elements/src/elements/call-bar/call-bar.ts',
      'elements/src/elements/call-bar/call-bar.styles.ts',
      'elements/src/elements/call-bar/call-bar.test.ts',
      'elements/src/call-bar.ts',
      'stories/src/call-bar.stories.ts',
    ]);
  });

  test('begins with its summary in the documentation', () => {
    expect(newFiles(names)['elements/src/elements/call-bar/call-bar.ts']).toContain(
      '@summary Shows the call in progress.',
    );
  });

  test('is one of those that define() registers', () => {
    const text = edited('elements/src/define.ts');
    expect(text).toContain("import { CallBar } from './elements/call-bar/call-bar.ts';");
    expect(/const ALL[^=]*=\s*\[([^\]]*)\]/.exec(text)?.[1]).toMatch(/,\s*CallBar,?\s*$/);
    expect(/export type ElementName =([^;]*);/.exec(text)?.[1]).toContain("'call-bar'");
  });

  test('is exported, and named among the files with side effects', () => {
    const manifest = JSON.parse(edited('elements/package.json')) as {
      exports: Record<string, { default: string }>;
      sideEffects: string[];
    };
    expect(manifest.exports['./call-bar']?.default).toBe('./dist/call-bar.js');
    expect(Object.keys(manifest.exports).at(-1)).toBe('./package.json');
    expect(manifest.sideEffects).toContain('./dist/call-bar.js');
  });

  test.each(['CallBar', 'patchbay_call', '-bar', 'bar2'])('is not called %s', (name) => {
    expect(() => namesOf(name, 'x')).toThrow('cannot be an element');
  });
});
