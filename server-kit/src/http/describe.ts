import { pino } from 'pino';
import type { Carrier } from '../carriers/carrier.ts';
import { Database } from '../db/client.ts';
import { FeedHub } from '../events/hub.ts';
import { checkedMedia } from '../media/options.ts';
import type { MediaStorage } from '../media/storage/storage.ts';
import { checkedOutside } from '../workflows/requests/options.ts';
import { createApp } from './app.ts';
import { openApiDocument } from './document.ts';

/** The OpenAPI document without a running kit: the routes are declared, nothing is opened. */
export function describeApi(): object {
  const database = new Database({ url: 'postgres://nowhere.invalid/none' });
  const log = pino({ level: 'silent' });
  return openApiDocument(
    createApp({
      database,
      log,
      carrier: {} as Carrier,
      feed: new FeedHub(database, log, async () => []),
      publicUrl: 'https://nowhere.invalid',
      mountPath: '',
      secret: 'x'.repeat(32),
      clock: () => new Date(),
      outside: checkedOutside(undefined, undefined),
      steps: [],
      media: { storage: {} as MediaStorage, options: checkedMedia() },
    }),
  );
}
