/**
 * A process that runs the engine until it is killed: `engine-process.ts <url> <schema> <batch> [<time>]`. Says `ready` when it
 * does. `time`: milliseconds since 1970 at which its clock begins; left out, it is the machine's.
 */
import { Database } from '../../db/client.ts';
import { startEngine } from '../engine/loop.ts';
import { STEP_RUNNERS } from '../steps/index.ts';
import { engineContext } from './context.ts';

const [url, schema, batch, time] = process.argv.slice(2);
const ahead = time === undefined ? 0 : Number(time) - Date.now();
const database = new Database({
  url: url!,
  schema: schema!,
  maxConnections: 3,
  ...(ahead === 0 ? {} : { clock: () => new Date(Date.now() + ahead) }),
});
startEngine(engineContext(database), STEP_RUNNERS, { batch: Number(batch) });
process.send?.('ready');
