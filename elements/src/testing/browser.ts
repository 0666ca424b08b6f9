import { expect as chai, fixture, nextFrame, waitUntil as openWaitUntil } from '@open-wc/testing';
import { html, type TemplateResult } from 'lit';
import { define } from '../define.ts';
import type { Provider } from '../elements/provider/provider.ts';
import { createFakeClient, type FakeClient, type FakeOptions } from './fake-client.ts';

define({ prefix: 'test' });

/** The shadow root of an element, or of the one that a selector finds in another shadow root. */
export function shadow(element: Element, selector?: string): ShadowRoot {
  const found = selector ? (element.shadowRoot?.querySelector(selector) ?? null) : element;
  if (!found?.shadowRoot) throw new Error(`No element ${selector ?? element.localName} with a shadow root`);
  return found.shadowRoot;
}

export function find<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`Nothing matches ${selector}`);
  return found;
}

export interface Stage<T extends HTMLElement> {
  client: FakeClient;
  provider: Provider;
  element: T;
  root: ShadowRoot;
}

/** An element inside a provider with a fake client, drawn and loaded. */
export async function stage<T extends HTMLElement>(
  content: (client: FakeClient) => TemplateResult,
  options: FakeOptions = {},
  attributes: { theme?: string; locale?: string } = {},
): Promise<Stage<T>> {
  localStorage.clear();
  const client = createFakeClient(options);
  const provider = await fixture<Provider>(
    html`<test-provider
      .client=${client}
      theme=${attributes.theme ?? 'light'}
      locale=${attributes.locale ?? 'en'}
      >${content(client)}</test-provider
    >`,
  );
  const element = provider.firstElementChild as T;
  await settled();
  return { client, provider, element, root: shadow(element) };
}

/** Two frames: what was asked is answered, drawn, and measured. */
export async function settled(): Promise<void> {
  await nextFrame();
  await nextFrame();
  await nextFrame();
}

/** What was opened has come to rest: half faded in, nothing can be read. */
export async function still(root: ParentNode, selector: string): Promise<void> {
  await Promise.all(
    find(root, selector)
      .getAnimations({ subtree: true })
      .map(({ finished }) => finished),
  );
}

/** The part of Chai that tests here use. */
interface Checks {
  eql(value: unknown): void;
  contain(value: unknown): void;
  include(value: unknown): void;
  match(pattern: RegExp): void;
  readonly not: Checks;
  readonly have: { length(count: number): void };
  readonly be: {
    lessThan(value: number): void;
    greaterThan(value: number): void;
    within(least: number, most: number): void;
    accessible(): Promise<unknown>;
  };
}

/** Its snapshot plugin types every comparison as a promise, and a linter then wants each awaited: they are not. */
export const expect = chai as unknown as (value: unknown) => {
  readonly to: Checks;
  readonly not: { readonly to: Checks };
};
/** For up to 8 s: parts that are loaded when first wanted take their time on a busy machine. */
export const waitUntil: typeof openWaitUntil = (condition, message, options) =>
  openWaitUntil(condition, message, { timeout: 8_000, ...options });
