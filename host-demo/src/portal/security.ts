/** What the browser may do on the portal's pages, and whose requests the portal believes. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Strict: nothing inline, nothing from elsewhere, no string becomes script. The elements need no exception; the one
 * Trusted Types policy named is Lit's own, which makes templates from the elements' source code and from nothing else.
 */
export function headers(sandboxUrl: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        // people are sent pictures by their address
        'img-src': ["'self'", 'data:', 'blob:', 'https:'],
        'media-src': ["'self'", 'blob:', 'https:'],
        // the phone on the screen
        'frame-src': [sandboxUrl],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'require-trusted-types-for': ["'script'"],
        'trusted-types': ['lit-html'],
      },
    },
    // the demo speaks plain HTTP on this machine
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'same-origin' },
  });
}

/**
 * A form on another site must not act here. Browsers say where a request comes from (Fetch Metadata); those that do not
 * at least send the Origin of a POST. The cookie's SameSite is the second lock.
 */
export const sameSiteOnly: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') return next();
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  const own = `${request.protocol}://${request.get('host')}`;
  if (site ? site === 'same-origin' : origin === undefined || origin === own) return next();
  response
    .status(403)
    .type('text/plain')
    .send('This request came from another site, so it was not carried out.');
};
