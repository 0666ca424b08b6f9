import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import type { Worker } from './worker.ts';

/** Long after the machine's. */
const YEARS_AHEAD = 3 * 365 * 86_400_000;

let kit: TestKit;
let worker: Worker;
beforeAll(async () => {
  kit = await getTestKit({ clock: () => new Date(Date.now() + YEARS_AHEAD) });
  worker = await kit.kit.startWorker();
});
afterAll(async () => {
  await worker.stop();
  await kit.close();
});

it('a worker with a clock of its own sends what is due by that clock', async () => {
  const { status } = await kit.request('POST', '/v1/messages', {
    body: { to: '+13125550199', body: 'Hello' },
  });
  expect(status).toBe(201);
  await vi.waitFor(() => expect(kit.carrier.sent).toMatchObject([{ body: 'Hello' }]), { timeout: 20_000 });
});
