/**
 * `npm run new:element -- call-bar "Shows the call in progress."`: everything that an element consists of, in the shape that all of
 * them have: class, styles, test, registration, story, and its place in the lists. Fails rather than overwrite.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './packages.ts';

interface Names {
  /** `call-bar` */
  tag: string;
  /** `CallBar` */
  type: string;
  /** `Call bar` */
  title: string;
  summary: string;
}

export function namesOf(tag: string, summary: string): Names {
  if (!/^[a-z]+(-[a-z]+)*$/.test(tag)) {
    throw new Error(
      `"${tag}" cannot be an element's name. Write it as call-bar: lower case, hyphens, no prefix.`,
    );
  }
  const words = tag.split('-');
  const type = words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
  const title = tag[0]?.toUpperCase() + words.join(' ').slice(1);
  return { tag, type, title, summary };
}

/** The new files, by their place. */
export function newFiles({ tag, type, title, summary }: Names): Record<string, string> {
  const folder = `elements/src/elements/${tag}`;
  return {
    [`${folder}/${tag}.ts`]: `import { html, type PropertyValues } from 'lit';
import { BaseElement } from '../../internal/base-element.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { styles } from './${tag}.styles.ts';

/**
 * @summary ${summary}
 *
 * @csspart base - All of it.
 */
export class ${type} extends BaseElement {
  static override readonly elementName: string = '${tag}';
  static override styles = [tokens, base, styles];

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.watch(this.stores?.session);
  }

  protected override render() {
    const { i18n } = this;
    return html\`<div part="base" dir=\${i18n.dir} lang=\${i18n.locale}><slot></slot></div>\`;
  }
}
`,
    [`${folder}/${tag}.styles.ts`]: `import { css } from 'lit';

export const styles = css\`
  :host {
    display: block;
  }
\`;
`,
    [`${folder}/${tag}.test.ts`]: `import { expect, fixture, html } from '@open-wc/testing';
import '../../${tag}.ts';
import type { ${type} } from './${tag}.ts';

describe('<patchbay-${tag}>', () => {
  it('can be used by everyone', async () => {
    const element = await fixture<${type}>(html\`<patchbay-${tag}></patchbay-${tag}>\`);
    await expect(element).to.be.accessible();
  });
});
`,
    [`elements/src/${tag}.ts`]: `import { ${type} } from './elements/${tag}/${tag}.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, ${type}]);

export { ${type} };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-${tag}': ${type};
  }
}
`,
    [`stories/src/${tag}.stories.ts`]: `import type { Meta, StoryObj } from '@storybook/web-components-vite';
import '@patchbay/elements/${tag}';
import { html } from 'lit';
import { expect } from 'storybook/test';
import { element, look } from './support/look.ts';
import type { Stage } from './support/stage.ts';

export default {
  title: 'Elements/${title}',
  component: 'patchbay-${tag}',
  parameters: { stage: { width: 640 } satisfies Stage },
  render: () => html\`<patchbay-${tag}></patchbay-${tag}>\`,
} satisfies Meta;

type Story = StoryObj;
const stage = (stage: Stage) => ({ stage });

// One story per state: empty, loading, error, not allowed, offline, long names, right to left, dark, second brand, phone.
export const Normal: Story = {
  play: look(async ({ canvas }) => {
    await expect((await element(canvas, 'patchbay-${tag}')).isConnected).toBe(true);
  }),
};

export const Dark: Story = {
  parameters: stage({ theme: 'dark' }),
};
`,
  };
}

/** A list's file with the new element in it. */
export const edits: Record<string, (text: string, names: Names) => string> = {
  'elements/src/define.ts': (text, { tag, type }) =>
    text
      .replace(/(?=import \{ register)/, `import { ${type} } from './elements/${tag}/${tag}.ts';\n`)
      .replace(/(const ALL[^=]*= \[)([^\]]*?),?\s*\]/, `$1$2, ${type}]`)
      .replace(/(export type ElementName =[^;]*)/, `$1 | '${tag}'`),
  'elements/src/index.ts': (text, { tag, type }) =>
    text.replace(/(?=export \{ BaseElement)/, `export { ${type} } from './elements/${tag}/${tag}.ts';\n`),
  'elements/package.json': (text, { tag }) => {
    const manifest = JSON.parse(text) as { sideEffects: string[]; exports: Record<string, unknown> };
    manifest.sideEffects.push(`./src/${tag}.ts`, `./dist/${tag}.js`);
    const entry = {
      'patchbay-source': `./src/${tag}.ts`,
      types: `./dist/${tag}.d.ts`,
      default: `./dist/${tag}.js`,
    };
    const { './define': define, ...others } = manifest.exports;
    const before = Object.entries(others).filter(([key]) => !AFTER.includes(key));
    const after = Object.entries(others).filter(([key]) => AFTER.includes(key));
    manifest.exports = Object.fromEntries([...before, [`./${tag}`, entry], ['./define', define], ...after]);
    return `${JSON.stringify(manifest, null, 2)}\n`;
  },
};
/** Entries that stand behind the elements in the exports map. */
const AFTER = ['./client', './stores', './testing', './cdn', './custom-elements.json', './package.json'];

function main(tag = '', summary = ''): void {
  if (!tag || !summary)
    throw new Error(
      'Which element, and what does it show? npm run new:element -- call-bar "Shows the call in progress."',
    );
  const names = namesOf(tag, summary);
  const files = newFiles(names);
  const taken = Object.keys(files).find((path) => existsSync(join(root, path)));
  if (taken) throw new Error(`${taken} is there already. Nothing was written.`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const [path, edit] of Object.entries(edits)) {
    writeFileSync(join(root, path), edit(readFileSync(join(root, path), 'utf8'), names));
  }
  const touched = [...Object.keys(files), ...Object.keys(edits)];
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', ...touched],
    {
      cwd: root,
      stdio: 'ignore',
    },
  );
  console.log(
    `${touched.join('\n')}\n\nNext: npm run storybook. A size limit for it belongs in .size-limit.mjs.`,
  );
}

if (import.meta.main) {
  try {
    main(...(process.argv.slice(2) as [string?, string?]));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
