/** Writes `server-kit/workflow.schema.json`. Run after changing a step's or trigger's schema: `node server-kit/src/bin/workflow-schema.ts`. */
import { writeFileSync } from 'node:fs';
import { definitionSchema } from '../contract/workflow/json-schema.ts';

const file = new URL('../../workflow.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(definitionSchema(), null, 2)}\n`);
