/** The carrier sandbox in a process of its own, with one number and no limit on its pace. */
import { createSandbox } from '@patchbay/carrier-sandbox';
import { ACCOUNT, NUMBER } from './environment.ts';

const sandbox = createSandbox({
  accounts: [{ sid: ACCOUNT.accountSid, authToken: ACCOUNT.authToken }],
  numbers: [{ phoneNumber: NUMBER }],
  // no callbacks while sends are measured: they have figures of their own
  settings: { mps: 0, sentAfterMs: 3_600_000, deliveredAfterMs: 3_600_000 },
});
const { url } = await sandbox.listen({ port: 0 });
process.send!(url);
