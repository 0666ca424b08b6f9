/**
 * Twilio's REST API as one Hono app: `/2010-04-01/…` is api.twilio.com, `/v1/Services…` is messaging.twilio.com.
 * Every refusal leaves in Twilio's shape, also those nobody foresaw.
 */
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Carrier } from '../carrier.ts';
import { CarrierError } from '../errors.ts';
import { callRoutes } from './calls.ts';
import { createAuthenticator } from './auth.ts';
import { sidParam, type RestEnv } from './context.ts';
import { mediaRoute } from './media-content.ts';
import { messageRoutes, notFound } from './messages.ts';
import { numberRoutes } from './numbers.ts';
import { renderAccount } from './render.ts';
import { serviceRoutes } from './services.ts';

export function createRestApp(carrier: Carrier): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  const authenticate = createAuthenticator(carrier.store);

  app.use('*', async (c, next) => {
    const account = authenticate(c.req.header('authorization'));
    c.set('account', account);
    const { entry } = c.env;
    if (entry) entry.accountSid = account.sid;
    const asked = /^\/2010-04-01\/Accounts\/([^/.]+)/.exec(c.req.path)?.[1];
    if (asked !== undefined && asked !== account.sid) throw new CarrierError(20003);
    if (c.req.method === 'POST') {
      const text = await c.req.text();
      if (entry) entry.body = text;
      c.set('form', new URLSearchParams(text));
    }
    await next();
  });

  mediaRoute(app, carrier);
  messageRoutes(app, carrier);
  callRoutes(app, carrier);
  numberRoutes(app, carrier);
  serviceRoutes(app, carrier);
  app.get('/2010-04-01/Accounts/:account', (c) => {
    const account = c.get('account');
    if (sidParam(c, 'account') !== account.sid) throw notFound(c);
    return c.json(renderAccount(account));
  });

  app.notFound((c) => {
    const error = notFound(c);
    return c.json(error.body(), 404);
  });
  app.onError((error, c) => {
    const refusal = error instanceof CarrierError ? error : new CarrierError(20500);
    if (refusal !== error) console.error('patchbay-sandbox:', error);
    if (refusal.status === 401) c.header('WWW-Authenticate', 'Basic realm="Twilio API"');
    return c.json(refusal.body(), refusal.status as ContentfulStatusCode);
  });
  return app;
}
