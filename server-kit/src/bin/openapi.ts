/** Writes `server-kit/openapi.json`. Run after changing a route: `node server-kit/src/bin/openapi.ts`. */
import { writeFileSync } from 'node:fs';
import { describeApi } from '../http/describe.ts';

writeFileSync(new URL('../../openapi.json', import.meta.url), `${JSON.stringify(describeApi(), null, 2)}\n`);
