/** Listening, and what to say when it cannot be done. Light, so that a port in use is told before anything is loaded. */
import { createServer, type Server } from 'node:http';
import { StartError } from './config.ts';

export function listen(server: Server, name: string, port: number): Promise<Server> {
  return new Promise<Server>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  }).catch(explain(name, port));
}

export function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // live feeds would hold it open for ever
    server.closeAllConnections();
  });
}

/** Throws `StartError` when the port cannot be had. */
export async function checkPort(name: string, port: number): Promise<void> {
  await stop(await listen(createServer(), name, port));
}

export function explain(name: string, port: number) {
  return (error: unknown): never => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} is in use by another program. Choose another one: ${name}=${port + 1} npm start`,
      );
    }
    if (code === 'EACCES') {
      throw new StartError(
        `Port ${port} needs rights that this user lacks. Choose one above 1023: ${name}=${port + 4000} npm start`,
      );
    }
    throw error;
  };
}
