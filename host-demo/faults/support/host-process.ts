/**
 * A host that serves the kit's webhooks and dies when a request tells it to, before it has handed it over, some
 * milliseconds after, or when the kit's answer is ready and not yet on the wire. Its set-up comes in PATCHBAY_WORKER.
 */
import { createServer } from 'node:http';
import { createServerKit } from '@patchbay/server-kit';
import { twilioCarrier } from '@patchbay/server-kit/twilio';
import { pino } from 'pino';
import { listening, type WorkerSetup } from './stage.ts';

const setup = JSON.parse(process.env['PATCHBAY_WORKER'] ?? '{}') as WorkerSetup;
const kit = createServerKit({
  database: setup.database,
  publicUrl: setup.publicUrl,
  secret: setup.secret,
  carrier: twilioCarrier(setup.carrier),
  media: setup.media,
  log: pino({ level: 'silent' }),
});
const die = () => process.kill(process.pid, 'SIGKILL');

const server = createServer((request, response) => {
  void (async () => {
    const when = request.headers['x-die'];
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (when === 'before') die();
    if (when !== undefined && when !== 'answered') setTimeout(die, Number(when));
    const answer = await kit.fetch(
      new Request(`http://127.0.0.1${request.url}`, {
        method: 'POST',
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      }),
    );
    if (when === 'answered') die();
    response.writeHead(answer.status).end(await answer.text());
  })();
});
console.log(await listening(server));
