import { ApiError } from './errors.ts';
import { createFeed } from './feed.ts';
import { tokenSource, type GetToken } from './token.ts';
import type { PatchbayClient, RequestOptions } from './types.ts';
import { workflowCalls } from './workflows.ts';

export interface ClientOptions {
  /** Where the server kit is mounted, such as `/crm` or `https://portal.example.com/crm`. */
  baseUrl: string;
  /** A fixed session token. Prefer `getToken`: tokens are short-lived. */
  token?: string;
  getToken?: GetToken;
  /** For tests, and for hosts that add headers of their own. Default: the global fetch. */
  fetch?: typeof fetch;
}

interface Call extends RequestOptions {
  query?: object;
  body?: unknown;
  /** Instead of `body`: sent as it is. */
  file?: Blob;
  headers?: Record<string, string>;
}

/** The client over HTTP. Needs nothing but fetch: works in browsers, Node and workers alike. */
export function createClient({ baseUrl, token, getToken, fetch: doFetch }: ClientOptions): PatchbayClient {
  const root = baseUrl.replace(/\/+$/, '');
  const send: typeof fetch = doFetch ?? ((input, init) => fetch(input, init));
  const tokens = tokenSource(getToken ?? (() => token ?? null));

  async function authorized(path: string, init: RequestInit): Promise<Response> {
    const first = await tokens.current();
    const attempt = (bearer: string | null) => {
      const headers = new Headers(init.headers);
      if (bearer !== null) headers.set('Authorization', `Bearer ${bearer}`);
      return send(root + path, { ...init, headers });
    };
    const response = await attempt(first);
    if (response.status !== 401 || first === null) return response;
    const second = await tokens.current(first);
    return second === null || second === first ? response : attempt(second);
  }

  async function call<T>(
    method: string,
    path: string,
    { query, body, file, headers, signal }: Call = {},
  ): Promise<T> {
    const init: RequestInit = { method, headers: { Accept: 'application/json', ...headers } };
    if (signal) init.signal = signal;
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      (init.headers as Record<string, string>)['Content-Type'] = 'application/json';
    }
    if (file !== undefined) {
      init.body = file;
      // the type that a browser gives it depends on what is installed there
      (init.headers as Record<string, string>)['Content-Type'] = 'text/csv';
    }
    let response: Response;
    try {
      response = await authorized(path + search(query), init);
    } catch (cause) {
      throw ApiError.fromUnknown(cause);
    }
    if (!response.ok) throw await ApiError.fromResponse(response);
    if (response.status === 204) return undefined as T;
    return (await response.json().catch(() => {
      throw new ApiError('bad_answer', response.status, '');
    })) as T;
  }

  const items = <T>(answer: Promise<{ items: T[] }>) => answer.then((list) => list.items);
  const at = (parts: TemplateStringsArray, ...ids: string[]) =>
    parts.reduce((path, part, i) => path + encodeURIComponent(ids[i - 1] ?? '') + part);

  return {
    feed: createFeed({
      open: (lastEventId, signal) =>
        authorized('/v1/feed', {
          headers: {
            Accept: 'text/event-stream',
            ...(lastEventId === null ? {} : { 'Last-Event-ID': lastEventId }),
          },
          signal,
          cache: 'no-store',
        }),
    }),
    me: (options) => call('GET', '/v1/me', options),
    brand: (options) => call('GET', '/v1/brand', options),
    listConversations: (query, options) => call('GET', '/v1/conversations', { query, ...options }),
    conversationCounts: (query, options) => call('GET', '/v1/conversations/counts', { query, ...options }),
    getConversation: (id, options) => call('GET', at`/v1/conversations/${id}`, options),
    updateConversation: (id, body) => call('PATCH', at`/v1/conversations/${id}`, { body }),
    listMessages: (id, query, options) =>
      call('GET', at`/v1/conversations/${id}/messages`, { query, ...options }),
    sendMessage: (body) => call('POST', '/v1/messages', { body, headers: once(body.id) }),
    getMessage: (id, options) => call('GET', at`/v1/messages/${id}`, options),
    editMessage: (id, body) => call('PATCH', at`/v1/messages/${id}`, { body }),
    cancelMessage: (id) => call('POST', at`/v1/messages/${id}/cancel`),
    retryMessage: (id) => call('POST', at`/v1/messages/${id}/retry`),
    listContacts: (query, options) => call('GET', '/v1/contacts', { query, ...options }),
    createContact: (body) => call('POST', '/v1/contacts', { body }),
    getContact: (id, options) => call('GET', at`/v1/contacts/${id}`, options),
    updateContact: (id, body, version) =>
      call('PATCH', at`/v1/contacts/${id}`, { body, headers: ifMatch(version) }),
    searchContacts: (body = {}, options) => call('POST', '/v1/contacts/search', { body, ...options }),
    deleteContact: (id) => call('DELETE', at`/v1/contacts/${id}`),
    listDuplicates: (id, options) => call('GET', at`/v1/contacts/${id}/duplicates`, options),
    mergeContacts: (id, other) => call('POST', at`/v1/contacts/${id}/merge`, { body: { with: other } }),
    undoMerge: (id) => call('POST', at`/v1/contacts/merges/${id}/undo`),
    listContactFields: (options) => items(call('GET', '/v1/contact-fields', options)),
    listConsent: (id, options) => call('GET', at`/v1/contacts/${id}/consent`, options),
    recordConsent: (id, body) => call('POST', at`/v1/contacts/${id}/consent`, { body }),
    requestConsent: (id, body) => call('POST', at`/v1/contacts/${id}/consent/request`, { body }),
    createPreferenceLink: (id) => call('POST', at`/v1/contacts/${id}/preference-link`, { body: {} }),
    getTimeline: (id, query, options) => call('GET', at`/v1/contacts/${id}/timeline`, { query, ...options }),
    listSegments: (options) => items(call('GET', '/v1/segments', options)),
    getSegment: (id, options) => call('GET', at`/v1/segments/${id}`, options),
    createSegment: (body) => call('POST', '/v1/segments', { body, headers: once(body.id) }),
    updateSegment: (id, body, version) =>
      call('PATCH', at`/v1/segments/${id}`, { body, headers: ifMatch(version) }),
    deleteSegment: (id) => call('DELETE', at`/v1/segments/${id}`),
    previewSegment: (body, options) => call('POST', '/v1/segments/preview', { body, ...options }),
    startJob: (body) => call('POST', '/v1/jobs', { body, headers: once(body.id) }),
    startExport: (body) => call('POST', '/v1/exports', { body, headers: once(body.id) }),
    getJob: (id, options) => call('GET', at`/v1/jobs/${id}`, options),
    cancelJob: (id) => call('POST', at`/v1/jobs/${id}/cancel`),
    uploadImport: (file, { name, signal } = {}) =>
      call('POST', '/v1/imports', { file, query: { name }, ...(signal && { signal }) }),
    getImport: (id, options) => call('GET', at`/v1/imports/${id}`, options),
    previewImport: (id, body, options) => call('POST', at`/v1/imports/${id}/preview`, { body, ...options }),
    startImport: (id, body) => call('POST', at`/v1/imports/${id}/start`, { body, headers: once(id) }),
    listPipelines: (options) => items(call('GET', '/v1/pipelines', options)),
    createPipeline: (body) => call('POST', '/v1/pipelines', { body }),
    updatePipeline: (id, body, version) =>
      call('PATCH', at`/v1/pipelines/${id}`, { body, headers: ifMatch(version) }),
    deletePipeline: (id) => call('DELETE', at`/v1/pipelines/${id}`),
    getBoard: (id, query, options) => call('GET', at`/v1/pipelines/${id}/board`, { query, ...options }),
    listStageCards: (id, query, options) => call('GET', at`/v1/stages/${id}/cards`, { query, ...options }),
    createOpportunity: (body) => call('POST', '/v1/opportunities', { body, headers: once(body.id) }),
    updateOpportunity: (id, body, version) =>
      call('PATCH', at`/v1/opportunities/${id}`, { body, headers: ifMatch(version) }),
    deleteOpportunity: (id) => call('DELETE', at`/v1/opportunities/${id}`),
    moveOpportunity: (id, body) => call('POST', at`/v1/opportunities/${id}/move`, { body }),
    listTasks: (query, options) => call('GET', '/v1/tasks', { query, ...options }),
    createTask: (body) => call('POST', '/v1/tasks', { body }),
    updateTask: (id, body) => call('PATCH', at`/v1/tasks/${id}`, { body }),
    listNotes: (id, query, options) => call('GET', at`/v1/contacts/${id}/notes`, { query, ...options }),
    addNote: (id, body) => call('POST', at`/v1/contacts/${id}/notes`, { body }),
    updateNote: (id, text) => call('PATCH', at`/v1/notes/${id}`, { body: { text } }),
    deleteNote: (id) => call('DELETE', at`/v1/notes/${id}`),
    listNotifications: (query, options) => call('GET', '/v1/notifications', { query, ...options }),
    readNotifications: (ids) => call('POST', '/v1/notifications/read', { body: ids ? { ids } : {} }),
    listQuickReplies: (options) => items(call('GET', '/v1/quick-replies', options)),
    createQuickReply: (body) => call('POST', '/v1/quick-replies', { body }),
    deleteQuickReply: (id) => call('DELETE', at`/v1/quick-replies/${id}`),
    listAssets: (query, options) => call('GET', '/v1/assets', { query, ...options }),
    getAsset: (id, options) => call('GET', at`/v1/assets/${id}`, options),
    updateAsset: (id, body, version) =>
      call('PATCH', at`/v1/assets/${id}`, { body, headers: ifMatch(version) }),
    deleteAsset: (id, force) =>
      call('DELETE', at`/v1/assets/${id}`, { query: { force: force || undefined } }),
    createUpload: (body) => call('POST', '/v1/media/uploads', { body, headers: once(body.id) }),
    getUpload: (id, options) => call('GET', at`/v1/media/uploads/${id}/state`, options),
    async sendBytes(id, bytes, options = {}) {
      try {
        const { sendByTus } = await import('./tus.ts');
        await sendByTus({ url: root + at`/v1/media/uploads/${id}`, bytes, tokens, ...options });
      } catch (cause) {
        // by its shape: in the file for script tags the sender stands apart, and its classes are not ours
        const { status, body } = cause as { status?: number; body?: string };
        throw status
          ? await ApiError.fromResponse(new Response(body || null, { status }))
          : ApiError.fromUnknown(cause);
      }
    },
    cancelUpload: (id) =>
      call('DELETE', at`/v1/media/uploads/${id}`, { headers: { 'Tus-Resumable': '1.0.0' } }),
    listAssetLinks: (id, options) => call('GET', at`/v1/assets/${id}/links`, options),
    createAssetLink: (id, body = {}) => call('POST', at`/v1/assets/${id}/links`, { body }),
    revokeLink: (id) => call('DELETE', at`/v1/links/${id}`),
    ...workflowCalls(call),
    listAssetViews: (id, query, options) => call('GET', at`/v1/assets/${id}/views`, { query, ...options }),
  };
}

/** The same id is the same request, however often it is sent. */
const once = (id: string | undefined): Record<string, string> =>
  id === undefined ? {} : { 'Idempotency-Key': id };
const ifMatch = (version: number | undefined): Record<string, string> =>
  version === undefined ? {} : { 'If-Match': `"${version}"` };

function search(query: object | undefined): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  return pairs.length === 0
    ? ''
    : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}
