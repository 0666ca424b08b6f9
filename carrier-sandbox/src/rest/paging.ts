/**
 * Twilio's pages. v2010 puts the page's keys beside the list and gives paths; v1 puts them under `meta` and gives whole
 * URLs. A token names the last thing of the page before (`PA…`) or the first of the page after (`PB…`), so that what is
 * created meanwhile shifts nothing.
 */
import type { RestContext } from './context.ts';

export interface PageRequest {
  size: number;
  page: number;
  token: string | undefined;
}

export interface PageOf<T> {
  items: T[];
  hasNext: boolean;
}

const MAX_PAGE_SIZE = 1000;

export function readPage(query: URLSearchParams, defaultSize = 50): PageRequest {
  const size = whole(query.get('PageSize')) ?? defaultSize;
  return {
    size: Math.min(Math.max(size, 1), MAX_PAGE_SIZE),
    page: whole(query.get('Page')) ?? 0,
    token: query.get('PageToken') ?? undefined,
  };
}

function whole(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** A page of things that are all in hand (numbers, services: few), by offset or token. */
export function slicePage<T extends { sid: string }>(things: T[], request: PageRequest): PageOf<T> {
  let start = request.page * request.size;
  const named = request.token?.slice(2);
  if (named !== undefined) {
    const at = things.findIndex((thing) => thing.sid === named);
    if (at !== -1) start = request.token?.startsWith('PB') ? Math.max(0, at - request.size) : at + 1;
  }
  const items = things.slice(start, start + request.size);
  return { items, hasNext: start + request.size < things.length };
}

interface Links {
  self: string;
  first: string;
  next: string | null;
  previous: string | null;
}

function links(
  path: string,
  query: URLSearchParams,
  request: PageRequest,
  page: PageOf<{ sid: string }>,
): Links {
  const filters = [...query].filter(([name]) => !['PageSize', 'Page', 'PageToken'].includes(name));
  const at = (number: number, token?: string): string => {
    const pairs = [...filters, ['PageSize', String(request.size)], ['Page', String(number)]];
    if (token !== undefined) pairs.push(['PageToken', token]);
    return `${path}?${pairs.map(([name, value]) => `${encodeURIComponent(name!)}=${encodeURIComponent(value!.toWellFormed())}`).join('&')}`;
  };
  const last = page.items.at(-1);
  const first = page.items[0];
  return {
    self: at(request.page, request.token),
    first: at(0),
    next: page.hasNext && last ? at(request.page + 1, `PA${last.sid}`) : null,
    previous: request.page > 0 ? at(request.page - 1, first ? `PB${first.sid}` : undefined) : null,
  };
}

export function v2010Page(
  c: RestContext,
  key: string,
  request: PageRequest,
  page: PageOf<{ sid: string }>,
  render: (item: never) => unknown,
): Record<string, unknown> {
  const url = new URL(c.req.url);
  const { self, first, next, previous } = links(url.pathname, url.searchParams, request, page);
  const start = request.page * request.size;
  return {
    first_page_uri: first,
    end: page.items.length ? start + page.items.length - 1 : start,
    previous_page_uri: previous,
    [key]: page.items.map((item) => render(item as never)),
    uri: self,
    page_size: request.size,
    start,
    next_page_uri: next,
    page: request.page,
  };
}

export function v1Page(
  c: RestContext,
  key: string,
  base: string,
  request: PageRequest,
  page: PageOf<{ sid: string }>,
  render: (item: never) => unknown,
): Record<string, unknown> {
  const url = new URL(c.req.url);
  const { self, first, next, previous } = links(base + url.pathname, url.searchParams, request, page);
  return {
    meta: {
      page: request.page,
      page_size: request.size,
      first_page_url: first,
      previous_page_url: previous,
      url: self,
      next_page_url: next,
      key,
    },
    [key]: page.items.map((item) => render(item as never)),
  };
}
