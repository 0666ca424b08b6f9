/** What a browser needs of tus-js-client, as one module: for the build, and for the tests that run in a browser. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function tusBundle() {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { DetailedError, Upload } from 'tus-js-client';`,
      resolveDir: fileURLToPath(new URL('../elements', import.meta.url)),
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
