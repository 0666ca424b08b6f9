import { createAdaptorServer } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { SandboxFetch } from './router.ts';

export interface Listening {
  port: number;
  /** `http://127.0.0.1:4010`, without a slash at the end. */
  url: string;
  close: () => Promise<void>;
}

/** Rejects with node's own error (EADDRINUSE, EACCES…) when the port cannot be had. */
export function listen(
  fetch: SandboxFetch,
  { port = 4010, host = '127.0.0.1' }: { port?: number; host?: string } = {},
): Promise<Listening> {
  const server = createAdaptorServer({ fetch }) as Server;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address() as AddressInfo;
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      const reachable = name === '0.0.0.0' || name === '[::]' ? 'localhost' : name;
      resolve({ port: address.port, url: `http://${reachable}:${address.port}`, close });
    });
  });

  function close(): Promise<void> {
    return new Promise((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    });
  }
}
