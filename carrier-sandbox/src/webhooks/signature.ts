import { createHmac } from 'node:crypto';

/**
 * X-Twilio-Signature: base64 of HMAC-SHA1, keyed with the account's auth token, over the exact URL (without its
 * fragment, which never travels) followed by every parameter's name and value in order of name.
 * https://www.twilio.com/docs/usage/security#validating-requests
 */
export function sign(authToken: string, url: string, params: Record<string, string>): string {
  let text = withoutFragment(url);
  for (const name of Object.keys(params).sort()) text += name + params[name];
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}

export function withoutFragment(url: string): string {
  const hash = url.indexOf('#');
  return hash === -1 ? url : url.slice(0, hash);
}
