/** Everything in one process, in the order in which one part needs another. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { portalCarrier } from './carrier.ts';
import type { DemoConfig } from './config.ts';
import { lockFolder, readSecret } from './folder.ts';
import { portalKit } from './kit.ts';
import { createPortal } from './portal/app.ts';
import { explain, listen, stop } from './ports.ts';
import { openDatabase } from './postgres.ts';
import { registerClients, seed } from './seed/seed.ts';

export interface Demo {
  url: string;
  sandboxUrl: string;
  close(): Promise<void>;
}

/** Throws `StartError`, or the kit's `SetupError`, for what the person at the terminal can mend. */
export async function startDemo(config: DemoConfig): Promise<Demo> {
  // What has been opened, last first: closed in that order, also when a later step fails.
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const undo of opened.splice(0).reverse()) await undo();
  };
  try {
    opened.push(lockFolder(config.directory));
    const secret = readSecret(config.directory);
    const database = await openDatabase(config);
    opened.push(() => database.stop());

    const sandboxUrl = `http://127.0.0.1:${config.sandboxPort}`;
    const wish = {
      port: config.port,
      databaseUrl: database.url,
      secret,
      carrierUrl: sandboxUrl,
      mediaFolder: join(config.directory, 'media'),
    };
    const kit = portalKit(wish);
    opened.push(() => kit.close());
    await kit.migrate();
    await registerClients(kit);
    await seed(config, wish);

    const sandbox = portalCarrier(config);
    opened.push(() => sandbox.close());
    const listening = await sandbox
      .listen({ port: config.sandboxPort })
      .catch(explain('SANDBOX_PORT', config.sandboxPort));
    opened.push(() => listening.close());

    const portal = await createPortal({ kit, secret, sandboxUrl });
    const server = await listen(createServer(portal), 'PORT', config.port);
    opened.push(() => stop(server));
    await kit.startWorker();
    return { url: `http://127.0.0.1:${config.port}`, sandboxUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}
