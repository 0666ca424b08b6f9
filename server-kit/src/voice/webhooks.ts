/** What the carrier asks and tells about calls, under `/twilio/voice`. Verified, and answered after the commit. */
import { Hono } from 'hono';
import type { CallStep, CallWebhook } from '../carriers/voice.ts';
import { readWebhook, refuseWebhook } from '../carriers/webhook.ts';
import type { KitContext } from '../context.ts';
import { isUuid } from '../ids.ts';
import { answerOutbound, noteDialed, notePlayed } from './answer.ts';
import { answerInbound, routeOf, unansweredWords } from './inbound.ts';
import { applyNews, lockCall } from './settle.ts';
import { callNamed, type CallHook } from './urls.ts';

const PATH = '/twilio/voice';

export function voiceWebhooks(context: KitContext): Hono {
  const { carrier, database, publicUrl, log } = context;
  const app = new Hono();
  const { voice } = carrier;
  if (!voice) return app;

  app.post('/inbound', async (c) => {
    const news = await voice.readCall(await readWebhook(publicUrl, `${PATH}/inbound`, c.req.raw));
    if ('rejected' in news) return refuseWebhook(log, news, 'voice inbound');
    const steps = await answerInbound(context, news);
    if (steps) return script(steps);
    log.warn(
      { webhook: 'voice inbound', accountSid: news.accountSid, to: news.to },
      'no tenant has this number',
    );
    return c.body('No account has this number.', 404);
  });

  type Named = { tenant: string; callId: string };
  const asked = (hook: CallHook, answer: (call: Named, news: CallWebhook) => Promise<CallStep[]>) =>
    app.post(`/${hook}`, async (c) => {
      const request = await readWebhook(publicUrl, `${PATH}/${hook}`, c.req.raw);
      const news = await voice.readCall(request);
      if ('rejected' in news) return refuseWebhook(log, news, `voice ${hook}`);
      const named = callNamed(request.url);
      if (!named || !isUuid(named.callId))
        return refuseWebhook(log, { rejected: 'it does not name one of our calls' }, `voice ${hook}`);
      return script(await answer(named, news));
    });
  asked('answer', ({ tenant, callId }, news) => answerOutbound(context, tenant, callId, news));
  asked('played', ({ tenant, callId }, news) => notePlayed(context, tenant, callId, news));
  asked('dialed', ({ tenant, callId }, news) => noteDialed(context, tenant, callId, news, unansweredWords));

  app.post('/status', async (c) => {
    const request = await readWebhook(publicUrl, `${PATH}/status`, c.req.raw);
    const news = await voice.readCall(request);
    if ('rejected' in news) return refuseWebhook(log, news, 'voice status');
    const named = callNamed(request.url) ?? (await inboundNamed(news));
    if (named && isUuid(named.callId)) {
      await database.transaction(named.tenant, async (tx) => {
        const call = await lockCall(tx, named.callId, news.accountSid);
        if (call) await applyNews(tx, call, news);
      });
    }
    return c.body(null, 204);
  });

  return app;

  /** The callback of a number of ours names no call but the carrier's. */
  async function inboundNamed(news: CallWebhook): Promise<Named | null> {
    const route = await routeOf(context, news);
    if (!route) return null;
    const { tenant } = route;
    const [[row]] = await database.pipeline(tenant, ({ sql }) => [
      sql<{ call_id: string }[]>`
        select call_id from calls where tenant_id = ${tenant} and carrier_sid = ${news.sid}`,
    ]);
    return row ? { tenant, callId: row.call_id } : null;
  }

  function script(steps: CallStep[]): Response {
    const { contentType, body } = voice!.script(steps);
    return new Response(body, { headers: { 'content-type': contentType } });
  }
}
