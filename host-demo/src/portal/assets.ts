/** What the browser gets besides pages: the portal's own files, its font, and the elements. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import express, { Router } from 'express';
import { StartError } from '../config.ts';

const PUBLIC = fileURLToPath(new URL('../../public', import.meta.url));
const ACME = fileURLToPath(new URL('../browser/acme.ts', import.meta.url));

export async function assets(): Promise<Router> {
  const router = Router();
  const acme = await acmeBundle();
  router.use('/public', express.static(PUBLIC, { index: false, maxAge: 0 }));
  router.get('/favicon.ico', (_request, response) => response.redirect(301, '/public/icons/agency.svg'));
  router.get('/assets/inter.woff2', (_request, response) => {
    const font = fileURLToPath(
      import.meta.resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'),
    );
    response.sendFile(font, { maxAge: '1d' });
  });
  // one client takes the ready-made file as it comes …
  router.use('/assets/patchbay', express.static(join(elementsFolder(), 'cdn'), { index: false, maxAge: 0 }));
  // … the other has the elements in a bundle of its own, under its own name
  router.get('/assets/acme.js', (_request, response) => void response.type('text/javascript').send(acme));
  return router;
}

async function acmeBundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [ACME],
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  }).catch((error: unknown) => {
    throw existsSync(join(elementsFolder(), 'define.js')) ? error : unbuilt();
  });
  return outputFiles[0]?.text ?? '';
}

function elementsFolder(): string {
  const home = dirname(fileURLToPath(import.meta.resolve('@patchbay/elements/package.json')));
  const folder = join(home, 'dist');
  if (!existsSync(join(folder, 'cdn', 'patchbay.js'))) throw unbuilt();
  return folder;
}

function unbuilt(): StartError {
  return new StartError(
    'The elements have not been built yet. Run: npm run build (npm start does it by itself).',
  );
}
