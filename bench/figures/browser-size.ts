/** P17: what a page that imports the inbox downloads before anyone does anything. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import type { Figure } from '../harness/figure.ts';
import { buildElements } from '../harness/browser.ts';

/** An entry of `.size-limit.mjs`. */
interface Limit {
  name: string;
  path: string;
  modifyEsbuildConfig?(config: BuildOptions): BuildOptions;
}
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** In KiB, as `npm run size` counts it: the same entry, bundled and compressed the same way. */
async function size({ path, modifyEsbuildConfig = (config) => config }: Limit): Promise<number> {
  const config: BuildOptions = {
    entryPoints: [path],
    absWorkingDir: ROOT,
    outdir: 'out',
    bundle: true,
    minify: true,
    treeShaking: true,
    metafile: true,
    logLevel: 'error',
  };
  const { outputFiles } = await build({ ...modifyEsbuildConfig(config), write: false });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0) / 1024;
}

export const inboxSize: Figure = {
  name: 'inbox-size',
  title: 'gzip of the inbox with Lit, as a page loads it first',
  unit: 'KiB',
  goal: { atMost: 38 },
  async measure(bench) {
    buildElements();
    const { default: limits } = (await import(new URL('../../.size-limit.mjs', import.meta.url).href)) as {
      default: Limit[];
    };
    const [inbox, whole] = ['inbox', 'inbox, with all that it may fetch later'].map((name) => {
      const limit = limits.find((each) => each.name === name);
      if (!limit) throw new Error(`.size-limit.mjs has no entry "${name}".`);
      return limit;
    });
    bench.note(`${(await size(whole!)).toFixed(1)} KiB with all that it may fetch later`);
    return [await size(inbox!)];
  },
};
