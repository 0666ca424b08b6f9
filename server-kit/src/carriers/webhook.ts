/** What every webhook of a carrier needs, whatever it is about. */
import type { Logger } from 'pino';
import type { Rejection, WebhookRequest } from './carrier.ts';

/** Carriers' forms are far below; a larger one is not theirs. */
const MAX_FORM_BYTES = 64 * 1024;

export async function readWebhook(
  publicUrl: string,
  path: string,
  request: Request,
): Promise<WebhookRequest> {
  const text = await request.text();
  const form = new URLSearchParams(text.length > MAX_FORM_BYTES ? '' : text);
  const query = request.url.indexOf('?');
  return {
    // never from Host or X-Forwarded-*: anybody can write those
    url: `${publicUrl}${path}${query === -1 ? '' : request.url.slice(query)}`,
    form,
    signature: request.headers.get('x-twilio-signature'),
  };
}

export function refuseWebhook(log: Logger, { rejected }: Rejection, webhook: string): Response {
  log.warn({ webhook }, `webhook refused: ${rejected}`);
  return new Response('Forbidden', { status: 403 });
}
