/** What a person does in the portal and on the phone, by name. */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  FrameLocator,
  Locator,
  Page,
} from 'playwright-core';
import { CLIENTS, userOf } from '../agency.ts';

export const PHONE_SIZE = { width: 390, height: 844 };

export interface Visit {
  page: Page;
  context: BrowserContext;
  inbox: Locator;
  phone: FrameLocator;
  /** Everything that should not have happened: errors on the console, broken policies, dialogs. */
  troubles: string[];
}

export interface VisitOptions extends BrowserContextOptions {
  /** A member's id; left out: nobody is logged in. */
  as?: string;
  /** Default: the page that is shown after the login. */
  path?: string;
}

/** A browser window of its own, watched. */
export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { as, path, ...more } = options;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...more,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const troubles = watch(page);
  await page.goto(`${url}/login`);
  if (as !== undefined) {
    await page.locator(`button[name=person][value=${as}]`).click();
    await page.waitForURL((address) => address.pathname !== '/login');
    if (path !== undefined) await page.goto(`${url}${path}`);
  }
  const prefix = CLIENTS[userOf(as)?.tenant ?? 'harbor'].prefix;
  return {
    page,
    context,
    troubles,
    inbox: page.locator(`${prefix}-inbox`),
    phone: page.frameLocator('#phone iframe'),
  };
}

function watch(page: Page): string[] {
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return troubles;
}

/** Opens a conversation by whatever its row says. */
export async function openConversation(inbox: Locator, says: string): Promise<void> {
  await row(inbox, says).click();
  await thread(inbox).waitFor();
}

export const row = (inbox: Locator, says: string): Locator =>
  inbox.locator('[part~=row]').filter({ hasText: says }).first();

export const thread = (inbox: Locator): Locator => inbox.getByRole('log');

export const bubble = (inbox: Locator, text: string): Locator =>
  inbox.locator('[part~=message]').filter({ hasText: text });

export const tick = (inbox: Locator, text: string, status: string): Locator =>
  bubble(inbox, text).locator(`[part~=tick-${status}]`);

export async function answer(inbox: Locator, text: string): Promise<void> {
  await inbox.locator('[part~=input]').fill(text);
  await inbox.locator('[part~=input]').press('Enter');
}

export const isBlocked = (inbox: Locator): Locator => inbox.locator('[part~=block]');

/** Puts the phone of that person on the screen. */
export async function takePhone(page: Page, number: string): Promise<void> {
  await page.locator('#phone-of').selectOption(number);
  await page.frameLocator('#phone iframe').getByRole('textbox', { name: 'Text message' }).waitFor();
}

export async function typeOnPhone(phone: FrameLocator, text: string): Promise<void> {
  const field = phone.getByRole('textbox', { name: 'Text message' });
  await field.fill(text);
  await field.press('Enter');
}

export const onPhone = (phone: FrameLocator, text: string): Locator =>
  phone.getByRole('log').getByText(text, { exact: true });

/** Asks the kit's API as whoever is logged in in this window. */
export async function askApi(
  { context, page }: Visit,
  method: string,
  path: string,
  data?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { origin } = new URL(page.url());
  const minted = await context.request.post(`${origin}/session/token`, { headers: { 'x-portal': 'token' } });
  const { token } = (await minted.json()) as { token: string };
  const answered = await context.request.fetch(`${origin}/crm/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(data && { data }),
  });
  return { status: answered.status(), body: (await answered.json()) as Record<string, unknown> };
}
