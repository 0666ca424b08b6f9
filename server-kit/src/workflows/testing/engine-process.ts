/** A process that runs the engine until it is killed: `engine-process.ts <url> <schema> <batch>`. Says `ready` when it does. */
import { pino } from 'pino';
import { Database } from '../../db/client.ts';
import { startEngine } from '../engine/loop.ts';
import { STEP_RUNNERS } from '../steps/index.ts';

const [url, schema, batch] = process.argv.slice(2);
const database = new Database({ url: url!, schema: schema!, maxConnections: 3 });
startEngine(
  { database, log: pino({ level: 'silent' }), feed: { watch: () => () => undefined } },
  STEP_RUNNERS,
  {
    batch: Number(batch),
  },
);
process.send?.('ready');
