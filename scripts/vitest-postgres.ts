/**
 * Vitest's global set-up for the projects that need a database: starts the server that the project is named after
 * (`postgres-15`, `postgres-18`; the others take 18) and tells the tests its address: `inject('databaseUrl')`.
 */
import { startPostgres, type PostgresVersion } from './postgres.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser address of a server that the suite may do with as it likes. */
    databaseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = project.config.env['PATCHBAY_PROJECT_DATABASE_URL'];
  if (given) {
    project.provide('databaseUrl', given);
    return undefined;
  }
  const version = Number(/^postgres-(\d+)$/.exec(project.name)?.[1] ?? 18) as PostgresVersion;
  const server = await startPostgres({ version, durable: project.name === 'fault' });
  project.provide('databaseUrl', server.url);
  return () => server.stop();
}
