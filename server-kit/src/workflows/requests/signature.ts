/** Standard Webhooks 1.0: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { createHmac } from 'node:crypto';
import { sign } from '../../signing.ts';

/** A tenant's, as its receivers are given it: `whsec_` and base64. The same for as long as the kit's own secret is. */
export function webhookSecret(secret: string, tenant: string): string {
  return `whsec_${sign(secret, 'webhook secret', tenant, 24).toString('base64')}`;
}

/** `id` is the same at every try, so that a receiver can tell one that came twice. */
export function webhookHeaders({
  secret,
  id,
  now,
  body,
}: {
  secret: string;
  id: string;
  now: Date;
  body: string;
}): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
