import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const configFile = new URL('../.dependency-cruiser.mjs', import.meta.url).href;
const { default: config } = (await import(configFile)) as { default: IConfiguration };
const forbidden = config.forbidden ?? [];
const ruleNames = forbidden.map(({ name }) => name ?? 'unnamed');

/** Packages that the made-up sources below import. */
const INSTALLED = ['zod', 'hono', 'graphile-worker', 'lit', 'vitest'];

const PACKAGES: Record<string, Record<string, string>> = {
  'server-kit': {
    '.': 'index.ts',
    './contract': 'contract/index.ts',
    './contract/names': 'contract/names.ts',
  },
  elements: { '.': 'index.ts' },
  'carrier-sandbox': { '.': 'index.ts' },
};

/** What every tree has, and none of it breaks a rule. */
const LAWFUL: Record<string, string> = {
  'server-kit/src/index.ts': `export { kit } from './kit.ts';`,
  'server-kit/src/kit.ts': `import { send } from './messaging/index.ts'; export const kit = send;`,
  'server-kit/src/contract/index.ts': `import { z } from 'zod'; export * from './names.ts'; export type Me = typeof z;`,
  'server-kit/src/contract/names.ts': `export const CHANNELS = ['sms'];`,
  'server-kit/src/contract/segments.ts': `export const segments = 1;`,
  'server-kit/src/db/client.ts': `export const connect = 1;`,
  'server-kit/src/events/index.ts': `export { record } from './record.ts';`,
  'server-kit/src/events/record.ts': `import { connect } from '../db/client.ts'; export const record = connect;`,
  'server-kit/src/messaging/index.ts': `import { record } from '../events/index.ts'; export const send = record;`,
  'server-kit/src/messaging/routes.ts': `import { Hono } from 'hono'; export const routes = Hono;`,
  'server-kit/src/messaging/tasks.ts': `import { run } from 'graphile-worker'; export const tasks = run;`,
  'server-kit/src/messaging/send.test.ts': `import { test } from 'vitest'; import './tasks.ts'; export const t = test;`,
  'elements/src/index.ts': `import type { Me } from '@patchbay/server-kit/contract'; import { CHANNELS } from '@patchbay/server-kit/contract/names'; export type M = Me; export const c = CHANNELS;`,
  'elements/src/elements/inbox.ts': `import { html } from 'lit'; export const inbox = html;`,
  'carrier-sandbox/src/index.ts': `import { Hono } from 'hono'; export const sandbox = Hono;`,
  'host-demo/src/start.ts': `import { kit } from '@patchbay/server-kit'; export const demo = kit;`,
  'stories/src/inbox.stories.ts': `import * as elements from '@patchbay/elements'; export const story = elements;`,
};

/** One breach per rule. The rules of the server kit's layers share a name pattern and are added below. */
const BREACHES: Record<string, Record<string, string>> = {
  'no-circular': {
    'server-kit/src/db/a.ts': `import { b } from './b.ts'; export const a = b;`,
    'server-kit/src/db/b.ts': `import { a } from './a.ts'; export const b = a;`,
  },
  resolvable: { 'host-demo/src/a.ts': `import './nowhere.ts';` },
  'elements-know-only-the-contract': {
    'elements/src/a.ts': `import { kit } from '@patchbay/server-kit'; export const a = kit;`,
  },
  'elements-take-the-contract-as-types': {
    'elements/src/a.ts': `import { CHANNELS } from '@patchbay/server-kit/contract'; export const a = CHANNELS;`,
  },
  'server-kit-stands-alone': {
    'server-kit/src/http/a.ts': `import * as elements from '@patchbay/elements'; export const a = elements;`,
  },
  'sandbox-knows-none-of-ours': {
    'carrier-sandbox/src/a.ts': `import { CHANNELS } from '@patchbay/server-kit/contract/names'; export const a = CHANNELS;`,
  },
  'hosts-use-published-entry-points': {
    'host-demo/src/a.ts': `import { kit } from '../../server-kit/src/kit.ts'; export const a = kit;`,
  },
  'nobody-imports-a-host': {
    'carrier-sandbox/src/a.ts': `import { demo } from '../../host-demo/src/start.ts'; export const a = demo;`,
  },
  'contract-is-pure': {
    'server-kit/src/contract/a.ts': `import { readFileSync } from 'node:fs'; export const a = readFileSync;`,
  },
  'names-and-segments-without-zod': {
    'server-kit/src/contract/names.ts': `import { z } from 'zod'; export const CHANNELS = z;`,
  },
  'only-routes-know-hono': {
    'server-kit/src/messaging/a.ts': `import { Hono } from 'hono'; export const a = Hono;`,
  },
  'only-tasks-know-graphile-worker': {
    'server-kit/src/messaging/a.ts': `import { run } from 'graphile-worker'; export const a = run;`,
  },
  'stores-without-lit': { 'elements/src/stores/a.ts': `import { html } from 'lit'; export const a = html;` },
  'no-tests-in-production': {
    'server-kit/src/db/a.ts': `import { test } from 'vitest'; export const a = test;`,
  },
};

/** The rules of one kind differ in the folder alone: `server-messaging-routes-know-http`. */
const FAMILIES: Record<string, (folder: string) => Record<string, string>> = {
  'knows-only-below': (folder) => ({
    [`server-kit/src/${folder}/a.ts`]: `import { kit } from '../kit.ts'; export const a = kit;`,
  }),
  'routes-know-http': (folder) => ({
    [`server-kit/src/${folder}/routes.ts`]: `import { kit } from '../kit.ts'; export const routes = kit;`,
  }),
  'by-its-face': (folder) => ({
    [`server-kit/src/${folder}/secret.ts`]: `export const secret = 1;`,
    [`server-kit/src/${folder === 'messaging' ? 'consent' : 'messaging'}/a.ts`]: `import { secret } from '../${folder}/secret.ts'; export const a = secret;`,
  }),
};
for (const rule of ruleNames) {
  const [, folder = '', family = ''] = /^server-([a-z]+)-(.+)$/.exec(rule) ?? [];
  const breach = FAMILIES[family];
  if (breach) BREACHES[rule] = breach(folder);
}

const trees: string[] = [];

function plant(files: Record<string, string>): string {
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'patchbay-boundaries-')));
  trees.push(tree);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  for (const name of INSTALLED) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  for (const [folder, entries] of Object.entries(PACKAGES)) {
    const exports = Object.fromEntries(
      Object.entries(entries).map(([key, file]) => [key, { 'patchbay-source': `./src/${file}` }]),
    );
    write(`${folder}/package.json`, JSON.stringify({ name: `@patchbay/${folder}`, type: 'module', exports }));
    mkdirSync(join(tree, 'node_modules', '@patchbay'), { recursive: true });
    symlinkSync(join(tree, folder), join(tree, 'node_modules', '@patchbay', folder));
  }
  for (const [path, text] of Object.entries({ ...LAWFUL, ...files })) write(path, text);
  return tree;
}

async function brokenRules(tree: string): Promise<string[]> {
  // Read from the tree's own file, so that nothing of this repository leaks in.
  const options = { ...config.options };
  delete options.tsConfig;
  const result = await cruise(
    [...Object.keys(PACKAGES), 'host-demo', 'stories'],
    { ...options, baseDir: tree, ruleSet: { forbidden }, validate: true },
    { ...options.enhancedResolveOptions },
  );
  return (result.output as ICruiseResult).summary.violations.map(({ rule }) => rule.name);
}

afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});

describe('the boundary rules', () => {
  let lawful: string[];
  beforeAll(async () => {
    lawful = await brokenRules(plant({}));
  });

  test('let through what they are meant to', () => {
    expect(lawful).toEqual([]);
  });

  test('are each covered by a breach here', () => {
    expect(Object.keys(BREACHES).toSorted()).toEqual(ruleNames.toSorted());
  });

  test.for(Object.keys(BREACHES))('%s catches its breach', async (rule) => {
    expect(await brokenRules(plant(BREACHES[rule] ?? {}))).toContain(rule);
  });
});
