/** A host that takes uploads until somebody kills it. What it needs comes in PATCHBAY_UPLOAD_HOST; it says its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createServerKit } from '../../kit.ts';
import { fakeCarrier } from '../../testing/carrier.ts';

export interface UploadHostSetup {
  url: string;
  schema: string;
  folder: string;
  secret: string;
  publicUrl: string;
}

const setup = JSON.parse(process.env['PATCHBAY_UPLOAD_HOST'] ?? '{}') as UploadHostSetup;
const kit = createServerKit({
  database: { url: setup.url, schema: setup.schema, maxConnections: 4 },
  publicUrl: setup.publicUrl,
  secret: setup.secret,
  carrier: fakeCarrier(),
  media: { storage: { folder: setup.folder } },
  log: pino({ level: 'silent' }),
  live: false,
});
const mount = new URL(setup.publicUrl).pathname;
const server = createServer((request, response) => {
  request.url = request.url!.slice(mount.length);
  void kit.node(request, response);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
