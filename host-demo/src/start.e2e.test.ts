/** Starting, ending, and being killed: what the terminal says, and what is there afterwards. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NEW_LEAD } from './agency.ts';
import { launchBrowser } from './testing/browser.ts';
import {
  failingDemo,
  freePort,
  newFolder,
  startDemoProcess,
  type DemoProcess,
} from './testing/demo-process.ts';
import {
  answer,
  askApi,
  bubble,
  openConversation,
  row,
  takePhone,
  tick,
  typeOnPhone,
  visit,
} from './testing/pages.ts';

describe('a demo that cannot start says why and what to do, and ends with 1', () => {
  test.each(['PORT', 'SANDBOX_PORT'])('%s is in use', async (name) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const other = name === 'PORT' ? 'SANDBOX_PORT' : 'PORT';
    const folder = newFolder();
    const { code, output } = await failingDemo({
      [name]: String(port),
      [other]: String(await freePort()),
      PATCHBAY_DIR: folder,
    });
    holder.close();
    await rm(folder, { recursive: true });
    expect(code).toBe(1);
    expect(output.trim()).toBe(
      `Port ${port} is in use by another program. Choose another one: ${name}=${port + 1} npm start`,
    );
  });

  test('a port that is none', async () => {
    const { code, output } = await failingDemo({ PORT: 'eighty' });
    expect(code).toBe(1);
    expect(output.trim()).toBe('PORT is "eighty". It must be a port number from 1 to 65535, such as 4000.');
  });

  test('data of another Postgres version', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'postgres'));
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '15\n');
    const ports = { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()) };
    const { code, output } = await failingDemo({ ...ports, PATCHBAY_DIR: folder });
    await rm(folder, { recursive: true });
    expect(code).toBe(1);
    expect(output.trim()).toMatch(
      /^The data in .+ belongs to Postgres 15; this kit brings Postgres 18\. Move the folder away/,
    );
  });
});

describe('copies of the demo', () => {
  let browser: Browser;
  let one: DemoProcess;
  let other: DemoProcess;

  beforeAll(async () => {
    [browser, one, other] = await Promise.all([launchBrowser(), startDemoProcess(), startDemoProcess()]);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await Promise.all([one?.remove(), other?.remove()]);
  });

  const inboxOf = (demo: DemoProcess) => visit(browser, demo.url, { as: 'dana', path: '/messages' });

  test('run side by side and know nothing of each other', async () => {
    const [here, there] = [await inboxOf(one), await inboxOf(other)];
    await takePhone(here.page, NEW_LEAD);
    await typeOnPhone(here.phone, 'Only here');
    await row(here.inbox, 'Only here').waitFor();
    await takePhone(there.page, NEW_LEAD);
    await typeOnPhone(there.phone, 'Only there');
    await row(there.inbox, 'Only there').waitFor();
    expect(await row(here.inbox, 'Only there').count()).toBe(0);
    expect(await row(there.inbox, 'Only here').count()).toBe(0);
    expect([...here.troubles, ...there.troubles]).toEqual([]);
    await here.context.close();
    await there.context.close();
  });

  test('never share a folder', async () => {
    const ports = { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()) };
    const { code, output } = await failingDemo({ ...ports, PATCHBAY_DIR: one.directory });
    expect(code).toBe(1);
    expect(output.trim()).toMatch(
      /^Another copy \(process \d+\) is running on .+ PATCHBAY_DIR=\.patchbay-2 PORT=4001 SANDBOX_PORT=4011 npm start$/,
    );
  });

  test('keep the secret to their owner, and their terminal calm', async () => {
    expect((await stat(join(one.directory, 'secret'))).mode & 0o777).toBe(0o600);
    expect(
      one
        .output()
        .trim()
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
    ).toEqual([
      'Northside Agency’s portal is open at',
      one.url,
      'Ctrl-C stops it; what happened there is kept.',
    ]);
  });

  test('end with 0 when asked to, and come back with everything; open windows find them again by themselves', async () => {
    const window = await inboxOf(other);
    await openConversation(window.inbox, 'Only there');
    await bubble(window.inbox, 'Only there').waitFor();
    expect(await other.end()).toBe(0);
    await window.inbox
      .getByText(/Reconnecting/)
      .first()
      .waitFor();
    await other.again();
    await window.inbox
      .getByText(/Reconnecting/)
      .first()
      .waitFor({ state: 'detached', timeout: 40_000 });
    await answer(window.inbox, 'Back again');
    await tick(window.inbox, 'Back again', 'delivered').waitFor();
    await window.context.close();
  }, 90_000);

  test('end with 0 and without a word at Ctrl-C, which everything in the terminal hears', async () => {
    const third = await startDemoProcess({}, { terminal: true });
    const said = third.output();
    expect(await third.interrupt()).toBe(0);
    expect(third.output()).toBe(said);
    await third.remove();
  }, 90_000);

  test('lose nothing and send nothing twice when they are killed', async () => {
    const before = await inboxOf(one);
    await openConversation(before.inbox, 'Laura Chen');
    const answers = ['One of five', 'Two of five', 'Three of five', 'Four of five', 'Five of five'];
    for (const said of answers) {
      // once the kit has said that it has it, it may not be lost
      const taken = before.page.waitForResponse(
        (response) => response.url().endsWith('/crm/v1/messages') && response.status() === 201,
      );
      await answer(before.inbox, said);
      await taken;
    }
    await one.kill();
    await one.again();
    const after = await inboxOf(one);
    await openConversation(after.inbox, 'Laura Chen');
    const id = new URL(after.page.url()).searchParams.get('conversation');
    const fates = async () => {
      const { body } = await askApi(after, 'GET', `/conversations/${id}/messages`);
      const messages = body['items'] as { body: string; status: string }[];
      return messages.filter((message) => answers.includes(message.body)).map(({ status }) => status);
    };
    const isDone = (status: string) => status === 'sent' || status === 'delivered';
    await expect
      .poll(async () => (await fates()).filter(isDone), { timeout: 60_000 })
      .toHaveLength(answers.length);
    expect(await fates()).toHaveLength(answers.length);
    for (const said of answers) expect(await bubble(after.inbox, said).count()).toBe(1);
    // The stand-in was killed too, and may itself have forgotten its last tenth of a second: at most once, then.
    const listed = await fetch(
      `${one.sandboxUrl}/sandbox/messages?to=${encodeURIComponent('+13125550164')}&limit=100`,
    );
    const { messages } = (await listed.json()) as { messages: { body: string }[] };
    for (const said of answers)
      expect(messages.filter(({ body }) => body === said).length).toBeLessThanOrEqual(1);
    await row(after.inbox, 'John Smith').waitFor();
    expect(after.troubles).toEqual([]);
    await before.context.close();
    await after.context.close();
  }, 150_000);
});
