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
interface Module {
  path: string;
  declarations?: Declaration[];
  exports?: { declaration?: { module?: string } }[];
}
export interface ElementsManifest {
  modules: Module[];
}

const target = join(root, 'elements', 'custom-elements.json');

/** Analyses the sources and writes the manifest, with module paths as they are once published. */
export async function writeManifest(): Promise<ElementsManifest> {
  const folder = join(root, '.cache', 'manifest');
  await analyze(folder);
  const text = readFileSync(join(folder, 'custom-elements.json'), 'utf8');
  const manifest = JSON.parse(text.replace(/"(\/?)src\/([^"]+)\.ts"/g, '"$1dist/$2.js"')) as ElementsManifest;
  manifest.modules = manifest.modules.filter((module) => (module.declarations?.length ?? 0) > 0);
  writeFileSync(target, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function analyze(folder: string): Promise<void> {
  const cli = join(root, 'node_modules', '@custom-elements-manifest', 'analyzer', 'cem.js');
  const args = ['analyze', '--litelement', '--quiet', '--outdir', join('..', '.cache', 'manifest')];
  args.push('--globs', 'src/elements/**/*.ts', '--exclude', 'src/**/*.{test,styles,stories}.ts');
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
