/**
 * A worker as a host would run it, in a process of its own that can be killed. Its set-up comes in PATCHBAY_WORKER. One with a
 * clock of its own is told to rest, and to go on at another time, over IPC.
 */
import { createServerKit } from '@patchbay/server-kit';
import { twilioCarrier } from '@patchbay/server-kit/twilio';
import { pino } from 'pino';
import type { WorkerOrder, WorkerSetup } from './stage.ts';

const setup = JSON.parse(process.env['PATCHBAY_WORKER'] ?? '{}') as WorkerSetup;
let ahead = setup.ahead ?? 0;
const kit = createServerKit({
  database: setup.database,
  publicUrl: setup.publicUrl,
  secret: setup.secret,
  carrier: twilioCarrier(setup.carrier),
  media: setup.media,
  log: pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true })),
  ...(setup.ahead !== undefined && { clock: () => new Date(Date.now() + ahead) }),
});
let worker = await kit.startWorker();
console.log('ready');

process.on('message', (order: WorkerOrder) => {
  void (async () => {
    if (order === 'rest') await worker.stop();
    else {
      ahead = order.ahead;
      worker = await kit.startWorker();
    }
    process.send?.('so');
  })();
});
// whoever started it may be gone
process.on('disconnect', () => process.exit());
