#!/usr/bin/env node
/** `npx patchbay-sandbox`: the sandbox on a port, with everything needed to point a kit at it printed. */
import { parseArgs } from 'node:util';
import { createSandbox, DEFAULT_ACCOUNT } from '../index.ts';

const USAGE = `patchbay-sandbox: a Twilio stand-in with a phone on the screen

  --port 4010            the port to listen on
  --host 127.0.0.1       the address to listen on
  --account AC…          the account sid
  --token …              its auth token
  --number +16305550142  a business number the account owns; may be repeated
  --sms-url http://…     where texts to those numbers are posted
  --mps 10               segments a second of one number; 0 is no limit
  --dir ./.sandbox       keep messages and phones in this folder
  --base-url http://…    how your server reaches the sandbox, when not where it listens
  --frame-ancestors *    who may show the phone page in a frame
  --help                 this text
`;

async function main(): Promise<number | undefined> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4010' },
      host: { type: 'string', default: '127.0.0.1' },
      account: { type: 'string', default: DEFAULT_ACCOUNT.sid },
      token: { type: 'string', default: DEFAULT_ACCOUNT.authToken },
      number: { type: 'string', multiple: true, default: ['+16305550142'] },
      'sms-url': { type: 'string' },
      mps: { type: 'string', default: '10' },
      dir: { type: 'string' },
      'base-url': { type: 'string' },
      'frame-ancestors': { type: 'string', default: '*' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port number.`);
  const mps = Number(values.mps);
  if (!(mps >= 0)) throw new Error(`--mps ${values.mps} is not a number of segments a second.`);

  const sandbox = createSandbox({
    accounts: [{ sid: values.account, authToken: values.token }],
    numbers: values.number.map((phoneNumber) => ({
      phoneNumber,
      ...(values['sms-url'] !== undefined && { smsUrl: values['sms-url'] }),
    })),
    settings: { mps },
    frameAncestors: values['frame-ancestors'],
    ...(values.dir !== undefined && { dir: values.dir }),
    ...(values['base-url'] !== undefined && { baseUrl: values['base-url'] }),
  });
  const { url, close } = await sandbox.listen({ port, host: values.host });
  console.log(`The sandbox listens at ${url}

  Phones       ${url}/
  Twilio API   ${url}  (base URL of api and messaging)
  Account      ${values.account}
  Auth token   ${values.token}
  Numbers      ${values.number.join(', ')}
  Kept in      ${values.dir ?? 'memory only; --dir keeps it'}

Stop it with Ctrl+C.`);

  const stop = (): void => void close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return undefined;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop what listens there, or choose another: patchbay-sandbox --port ${(port ?? 4010) + 1}`;
  }
  if (code === 'EACCES')
    return `Port ${port} may not be opened by this user. Choose one above 1023 with --port.`;
  return `${error.message}\nTry --help.`;
}

main().then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`patchbay-sandbox: ${explain(error)}`);
    process.exit(1);
  },
);
