/**
 * How hard to try a webhook, written by its owner into the fragment of the URL: `#rc=2&rp=5xx,ct&rt=5000`.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 *
 * `ct` connect, `rt` read, `tt` total timeout in ms; `rc` retries; `rp` what to retry on: 4xx, 5xx, ct, rt or all.
 * Unknown and absurd values fall back to Twilio's defaults: one retry, and only when no connection was made.
 */
export interface Overrides {
  connectTimeoutMs: number;
  readTimeoutMs: number;
  totalTimeoutMs: number;
  retries: number;
  retryOn: ReadonlySet<string>;
}

export function readOverrides(url: string): Overrides {
  const hash = url.indexOf('#');
  const given = new URLSearchParams(hash === -1 ? '' : url.slice(hash + 1));
  const policy = (given.get('rp') ?? '').split(',').filter((word) => POLICIES.has(word));
  return {
    connectTimeoutMs: within(given.get('ct'), 100, 10_000, 5000),
    readTimeoutMs: within(given.get('rt'), 100, 15_000, 15_000),
    totalTimeoutMs: within(given.get('tt'), 100, 15_000, 15_000),
    retries: within(given.get('rc'), 0, 5, 1),
    retryOn: new Set(policy.length ? policy : ['ct']),
  };
}

const POLICIES = new Set(['4xx', '5xx', 'ct', 'rt', 'all']);

function within(text: string | null, min: number, max: number, otherwise: number): number {
  const value = text === null || text === '' ? NaN : Number(text);
  return Number.isInteger(value) && value >= min && value <= max ? value : otherwise;
}
