/** A worker as a host would run it, in a process of its own that can be killed. Its set-up comes in PATCHBAY_WORKER. */
import { createServerKit } from '@patchbay/server-kit';
import { twilioCarrier } from '@patchbay/server-kit/twilio';
import { pino } from 'pino';
import type { WorkerSetup } from './stage.ts';

const setup = JSON.parse(process.env['PATCHBAY_WORKER'] ?? '{}') as WorkerSetup;
const kit = createServerKit({
  database: setup.database,
  publicUrl: setup.publicUrl,
  secret: setup.secret,
  carrier: twilioCarrier(setup.carrier),
  media: setup.media,
  log: pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true })),
});
await kit.startWorker();
console.log('ready');
