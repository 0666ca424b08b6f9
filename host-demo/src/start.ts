/** `npm start`: an agency portal with the kit in it, a carrier beside it, and one address to open. */
import { AGENCY } from './agency.ts';
import { readConfig, StartError } from './config.ts';
import { checkPort } from './ports.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  // Ports first: nobody should wait for a database to hear that one is taken.
  await checkPort('PORT', config.port);
  await checkPort('SANDBOX_PORT', config.sandboxPort);

  const starting = import('./demo.ts').then(({ startDemo }) => startDemo(config));
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    // an end that hangs must not keep the terminal
    setTimeout(() => process.exit(1), 15_000).unref();
    void starting.then((demo) => demo.close()).then(() => process.exit(0), fail);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

  const demo = await starting;
  if (ending) return;
  console.log(
    `\n  ${AGENCY}’s portal is open at\n\n    ${demo.url}\n\n  Ctrl-C stops it; what happened there is kept.\n`,
  );
}

function fail(error: unknown): never {
  // the kit's own words for what is set up wrongly; the class itself may not have been loaded
  const mendable = error instanceof StartError || (error instanceof Error && error.name === 'SetupError');
  console.error(mendable ? `\n${error.message}\n` : error);
  process.exit(1);
}

try {
  await main();
} catch (error) {
  fail(error);
}
