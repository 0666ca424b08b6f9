import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, type Browser } from 'playwright-core';
import { chromiumFlags, chromiumPath } from '../../../scripts/chromium.ts';
import { createSandbox, DEFAULT_ACCOUNT } from '../index.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags] });
});
afterAll(() => browser.close());

const PHONE = '+13125550177';
const BUSINESS = '+16305550142';
const { sid, authToken } = DEFAULT_ACCOUNT;

describe('the phone on the page', () => {
  it('rings, is answered, shows what is said, hangs up, and calls a business', async () => {
    const sandbox = createSandbox({
      numbers: [{ phoneNumber: BUSINESS, friendlyName: 'Harbor' }],
      settings: { speechMs: 0, cps: 0 },
    });
    const { url, close } = await sandbox.listen({ port: 0 });
    const page = await browser.newPage();
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await page.goto(`${url}/?number=${encodeURIComponent(PHONE)}&to=${encodeURIComponent(BUSINESS)}`);
    await button('Call Harbor').waitFor();
    const answer = await fetch(`${url}/2010-04-01/Accounts/${sid}/Calls.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${sid}:${authToken}`)}` },
      body: new URLSearchParams({
        To: PHONE,
        From: BUSINESS,
        Twiml: '<Response><Say>Hello <![CDATA[<b>Anna</b>]]></Say><Pause length="60"/></Response>',
      }),
    });
    expect(answer.status).toBe(201);
    await button('Answer').click();
    await page.getByText('Hello <b>Anna</b>').waitFor();
    await button('Hang up').click();
    await page.getByText('Call ended').waitFor();
    expect([...sandbox.state.calls.values()].map(({ status }) => status)).toEqual(['completed']);

    await page.locator('#call').waitFor({ state: 'hidden' });
    await button('Call Harbor').click();
    // its number has no voice URL
    await page.getByText('Call failed').waitFor();
    await page.close();
    await close();
  });
});
