/** `npm start`: an agency portal with the kit in it, a carrier beside it, and one address to open. */
import { SetupError } from '@patchbay/server-kit';
import { AGENCY } from './agency.ts';
import { readConfig, StartError } from './config.ts';
import { startDemo, type Demo } from './demo.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  let ending = false;
  let starting: Promise<Demo> | undefined;
  const end = (): void => {
    if (ending) return;
    ending = true;
    // an end that hangs must not keep the terminal
    setTimeout(() => process.exit(1), 15_000).unref();
    void (starting ?? Promise.resolve(undefined))
      .then((demo) => demo?.close())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);

  starting = startDemo(config);
  const demo = await starting;
  if (!ending)
    console.log(
      `\n  ${AGENCY}’s portal is open at\n\n    ${demo.url}\n\n  Ctrl-C stops it; what happened there is kept.\n`,
    );
}

function fail(error: unknown): void {
  const mendable = error instanceof StartError || error instanceof SetupError;
  console.error(mendable ? `\n${error.message}\n` : error);
  process.exit(1);
}

try {
  await main();
} catch (error) {
  fail(error);
}
