/**
 * Postgres is restarted under an engine, as an operator would and as a power failure does, in the middle of batches. The engine's
 * process stays, finds it again by itself, and each step happens once.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { startPostgres } from '../../../../scripts/postgres.ts';
import { BASE_SEED, campaign, CAMPAIGN_TIMEOUT, seeded } from '../../testing/campaign.ts';
import { getTestKit } from '../../testing/kit.ts';
import { active, crowd, expectClean, stop } from '../testing/crowd.ts';

const PROGRAM = fileURLToPath(new URL('../testing/engine-process.ts', import.meta.url));

it(
  'a Postgres that is restarted in the middle of batches: work resumes by itself, no step is lost or done twice',
  async () => {
    const random = seeded(BASE_SEED + 2);
    const postgres = await startPostgres({ durable: true });
    const kit = await getTestKit({ url: postgres.url });
    const { w, people } = await crowd(kit, 'restarted', campaign(350, 1_500));
    const stopped = new Map<string, number>();
    // small batches, so that a restart has many to strike
    const engine = fork(PROGRAM, [kit.url, kit.schema, '10'], {
      execArgv: ['--conditions=patchbay-source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    try {
      await once(engine, 'message');
      /** Our own connections are lost as the engine's are. */
      const patiently = <T>(ask: () => Promise<T>) => vi.waitFor(ask, { timeout: 20_000, interval: 20 });
      const taken = () =>
        patiently(async () => (await kit.admin('select count(*)::integer as n from step_runs'))[0].n);
      let struck = 0;
      let slowest = 0;
      const restarts = campaign(3, 120);
      for (let nth = 0; nth < restarts; nth += 1) {
        const before: number = await taken();
        // somewhere in a batch, wherever it is by then
        await vi.waitFor(async () => expect(await taken()).toBeGreaterThan(before), {
          timeout: 20_000,
          interval: 10,
        });
        for (let turn = random.below(300); turn > 0; turn -= 1) await new Promise(setImmediate);
        const open = await patiently(() =>
          kit.admin(
            `select 1 from pg_stat_activity where application_name = 'patchbay' and xact_start is not null`,
          ),
        );
        if (open.length > 0) struck += 1;
        await postgres.halt(random.chance(0.5) ? 'immediate' : 'fast');
        await postgres.resume();
        const back = performance.now();
        const atRestart: number = await taken();
        if ((await patiently(() => active(w))) > 0)
          await vi.waitFor(async () => expect(await taken()).toBeGreaterThan(atRestart), { timeout: 20_000 });
        slowest = Math.max(slowest, performance.now() - back);
        const contact = random.pick(people);
        if (!stopped.has(contact)) stopped.set(contact, await patiently(() => stop(w, contact)));
        if ((await patiently(() => active(w))) < 200) {
          w.now = new Date();
          const more = await w.people(600);
          await w.enroll('test', more);
          people.push(...more);
        }
      }
      await vi.waitFor(async () => expect(await active(w)).toBe(0), { timeout: 120_000, interval: 200 });
      console.log(
        `seed ${BASE_SEED + 2}: ${restarts} restarts, ${struck} in a transaction, ${people.length} runs, ${stopped.size} STOPs, ` +
          `on again after at most ${(slowest / 1000).toFixed(1)} s`,
      );
      await expectClean(w, stopped);
      expect(struck).toBeGreaterThan(0);
      expect(engine.exitCode, 'the process did not stay').toBeNull();
      expect(slowest).toBeLessThan(15_000);
      await w.close();
    } finally {
      engine.kill('SIGKILL');
      await kit.close();
      await postgres.stop();
    }
  },
  CAMPAIGN_TIMEOUT,
);
