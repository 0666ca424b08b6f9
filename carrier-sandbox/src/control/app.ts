/**
 * The control API under `/sandbox`: what a developer, a test or the phone page does to the sandbox and Twilio's own
 * callers never see. It asks for no password, for it holds nothing but play; do not put it on the open internet.
 */
import { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { callRoutes } from './calls.ts';
import { carrierRoutes } from './carrier-side.ts';
import { feedRoute } from './feed.ts';
import { ControlError } from './input.ts';
import { phoneRoutes } from './phones.ts';

export function createControlApp(carrier: Carrier): Hono {
  const app = new Hono();
  app.use('/sandbox/*', async (c, next) => {
    // A page of another origin could post here without being asked (CORS only hides the answer): refuse what a
    // browser says comes from elsewhere. Tools and servers send no Sec-Fetch-Site and pass.
    const site = c.req.header('sec-fetch-site');
    const foreign = site === 'cross-site' && c.req.method !== 'GET';
    if (foreign) return c.json({ error: 'The control API takes no orders from other sites' }, 403);
    return next();
  });
  phoneRoutes(app, carrier);
  callRoutes(app, carrier);
  carrierRoutes(app, carrier);
  feedRoute(app, carrier);
  app.notFound((c) => c.json({ error: `There is no ${c.req.method} ${c.req.path} here` }, 404));
  app.onError((error, c) => {
    if (error instanceof ControlError) return c.json({ error: error.message }, error.status);
    console.error('patchbay-sandbox:', error);
    return c.json({ error: 'Something went wrong in the sandbox; its console says what' }, 500);
  });
  return app;
}
