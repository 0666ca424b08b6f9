/** The kit as a host would run it, in a process of its own. Started by `environment.ts`. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerKit } from '@patchbay/server-kit';
import { twilioCarrier } from '@patchbay/server-kit/twilio';
import { pino } from 'pino';
import { ACCOUNT, NUMBER, SECRET, TENANT, type KitProcessOptions } from './environment.ts';

const options = JSON.parse(process.argv[2]!) as KitProcessOptions;
let handler: RequestListener = (_, response) => void response.writeHead(503).end();
const server = createServer((request, response) => handler(request, response));
await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
const { port } = server.address() as AddressInfo;

const kit = createServerKit({
  database: { url: options.databaseUrl, schema: options.schema },
  publicUrl: `http://127.0.0.1:${port}/crm`,
  secret: SECRET,
  carrier: twilioCarrier({ ...ACCOUNT, ...(options.carrierUrl && { baseUrl: options.carrierUrl }) }),
  log: pino({ level: 'warn' }),
  live: options.live,
  ...(options.folder !== undefined && { media: { storage: { folder: options.folder } } }),
});
handler = (request, response) => void kit.node(request, response);
await kit.migrate();
await kit.tenants.upsert({ id: TENANT, name: 'Bench' });
const sender = await kit.tenants.addSender({
  tenant: TENANT,
  address: NUMBER,
  segmentsPerSecond: options.segmentsPerSecond,
  isDefault: true,
});
if (options.worker) await kit.startWorker();

process.on('message', (question) => {
  if (question === 'stop') void stop();
  else if (question === 'sender') process.send!(sender);
  else if (question === 'memory') process.send!(process.memoryUsage().rss);
  else if (question === 'worker') void kit.startWorker().then(() => process.send!('started'));
});
process.send!({ port });

async function stop(): Promise<void> {
  server.closeAllConnections();
  await kit.close();
  process.exit(0);
}
