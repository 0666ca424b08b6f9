/**
 * The pages that people see without signing in, in their business's name, logo and colour: what all of them stand in. Plain
 * HTML for a policy that allows no script but our own, from 320 px on, light and dark.
 */
import { html } from 'hono/html';
import type { Brand } from '../contract/index.ts';

export type Html = ReturnType<typeof html>;

export interface Look {
  /** What the business calls itself. */
  name: string;
  logoUrl: string | null;
  locale: string | null;
  /** Where the styles are. */
  style: string;
}

export interface PageOptions {
  title: string;
  body: Html;
  /** What else stands in the head. */
  head?: Html | '';
  /** Default: the look's. Where the page's words are in another language than the business's. */
  language?: string;
  /** Default: that of the language that the page is in. */
  direction?: 'ltr' | 'rtl';
}

/** Of nobody where the look has no name: a link that was not made here must not tell whose it would be. */
export function pageIn(
  look: Pick<Look, 'style'> & Partial<Look>,
  { title, body, head = '', language, direction }: PageOptions,
): Html {
  return html`<!doctype html>
    <html lang="${language ?? look.locale ?? 'en'}" ${direction ? html` dir="${direction}"` : ''}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${head}
        <link rel="stylesheet" href="${look.style}" />
      </head>
      <body>
        <main>
          ${look.name === undefined ? '' : html`<p class="who">${look.logoUrl ? html`<img src="${look.logoUrl}" alt="" height="32" />` : ''}<span>${look.name}</span></p>`}
          ${body}
        </main>
      </body>
    </html>`;
}

/** The name and logo of an account's brand. Only logos by https: a page of ours asks nobody over an open line. */
export function lookOf(account: { name: string; brand: Partial<Brand> }, style: string): Look {
  const { brand } = account;
  return {
    name: brand.name || account.name,
    logoUrl: brand.logo_url?.startsWith('https://') ? brand.logo_url : null,
    locale: brand.locale ?? null,
    style,
  };
}
