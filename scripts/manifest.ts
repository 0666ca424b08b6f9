/**
 * `elements/custom-elements.json`, the machine-readable description of every element (attributes, events, slots, parts,
 * custom properties) that documentation, editors and story controls are made from.
 *
 *   node scripts/manifest.ts            writes it
 *   node scripts/manifest.ts --check    also fails on an element or a public member without a description
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packages.ts';

interface Described {
  name?: string;
  description?: string;
  summary?: string;
}
interface Member extends Described {
  kind: string;
  privacy?: string;
  attribute?: string;
  default?: string;
}
interface Declaration extends Described {
  kind: string;
  customElement?: boolean;
  tagName?: string;
  members?: Member[];
  events?: Described[];
  slots?: Described[];
  cssParts?: Described[];
  cssProperties?: Described[];
}
interface Export {
  kind: string;
  name: string;
  declaration: { name?: string | undefined; module: string };
}
interface Module {
  path: string;
  declarations?: Declaration[];
  exports?: Export[];
}
export interface ElementsManifest {
  modules: Module[];
}

/** The tags' prefix in `@patchbay/elements/inbox` and its like; a host may choose another. */
const PREFIX = 'patchbay';
const target = join(root, 'elements', 'custom-elements.json');

/** Analyses the sources and writes the manifest, with module paths as they are once published. */
export async function writeManifest(): Promise<ElementsManifest> {
  const folder = join(root, '.cache', 'manifest');
  await analyze(folder);
  const text = readFileSync(join(folder, 'custom-elements.json'), 'utf8');
  const manifest = JSON.parse(text.replace(/"(\/?)src\/([^"]+)\.ts"/g, '"$1dist/$2.js"')) as ElementsManifest;
  manifest.modules = manifest.modules.flatMap(onlyElements);
  writeFileSync(target, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/**
 * Classes are registered elsewhere, under a prefix that the host may choose, so the analyzer cannot know which class is
 * which tag: the static `elementName` says it. Everything that is not an element or not public is left out.
 */
function onlyElements(module: Module): Module[] {
  const elements = (module.declarations ?? []).flatMap((declaration): Declaration[] => {
    const own = declaration.members?.find(({ name }) => name === 'elementName')?.default;
    if (declaration.kind !== 'class' || !own) return [];
    return [
      {
        ...declaration,
        customElement: true,
        tagName: `${PREFIX}-${own.replaceAll("'", '')}`,
        members:
          declaration.members?.filter(
            ({ privacy, name }) => (privacy ?? 'public') === 'public' && name?.[0] !== '#',
          ) ?? [],
        // `name` is the parameter of `emit()`, taken for an event.
        events: declaration.events?.filter(({ name }) => name !== 'name') ?? [],
      },
    ];
  });
  if (elements.length === 0) return [];
  const definitions = elements.map(({ name, tagName }) => ({
    kind: 'custom-element-definition',
    name: tagName ?? '',
    declaration: { name, module: module.path },
  }));
  return [{ ...module, declarations: elements, exports: [...(module.exports ?? []), ...definitions] }];
}

function analyze(folder: string): Promise<void> {
  const cli = join(root, 'node_modules', '@custom-elements-manifest', 'analyzer', 'cem.js');
  const args = ['analyze', '--litelement', '--quiet', '--outdir', join('..', '.cache', 'manifest')];
  // The base class is read along, so that what elements inherit from it is described with them.
  args.push('--globs', 'src/elements/**/*.ts', 'src/internal/base-element.ts');
  args.push('--exclude', 'src/**/*.{test,styles}.ts');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: join(root, 'elements'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`The analyzer failed for ${folder}:\n${output}`)),
    );
  });
}

/** What a reader of the documentation would miss, one line each. */
export function undocumented(manifest: ElementsManifest): string[] {
  const problems: string[] = [];
  for (const module of manifest.modules) {
    for (const element of module.declarations ?? []) {
      if (!element.customElement) continue;
      const where = `${module.path}: ${element.name ?? 'an element'}`;
      if (!element.summary) problems.push(`${where} has no @summary`);
      const open = (element.members ?? []).filter(
        (member) => member.kind === 'field' && member.attribute !== undefined && member.privacy !== 'private',
      );
      for (const [what, items] of Object.entries({
        property: open,
        event: element.events ?? [],
        slot: element.slots ?? [],
        part: element.cssParts ?? [],
        'custom property': element.cssProperties ?? [],
      })) {
        for (const item of items) {
          if (!item.description && !item.summary)
            problems.push(`${where}: ${what} "${item.name}" has no description`);
        }
      }
    }
  }
  return problems;
}

if (import.meta.main) {
  const manifest = await writeManifest();
  const elements = manifest.modules
    .flatMap((module) => module.declarations ?? [])
    .filter((item) => item.customElement);
  const problems = process.argv.includes('--check') ? undocumented(manifest) : [];
  for (const problem of problems) console.error(problem);
  console.log(`${elements.length} elements described`);
  if (problems.length > 0) process.exitCode = 1;
}
