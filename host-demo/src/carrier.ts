/** The stand-in for Twilio, with a number for each client. */
import { join } from 'node:path';
import { createSandbox, type Sandbox, type SandboxOptions } from '@patchbay/carrier-sandbox';
import { CLIENTS } from './agency.ts';
import type { DemoConfig } from './config.ts';
import { publicUrl } from './kit.ts';

/** `more` is for the seed, which tells the time and reaches the kit without a network. */
export function portalCarrier(config: DemoConfig, more: Partial<SandboxOptions> = {}): Sandbox {
  const webhooks = `${publicUrl(config.port)}/twilio`;
  const smsUrl = `${webhooks}/sms/inbound`;
  const [voiceUrl, statusCallback] = [`${webhooks}/voice/inbound`, `${webhooks}/voice/status`];
  const sandbox = createSandbox({
    dir: join(config.directory, 'sandbox'),
    baseUrl: `http://127.0.0.1:${config.sandboxPort}`,
    numbers: Object.values(CLIENTS).map(({ name, number }) => ({
      phoneNumber: number,
      friendlyName: name,
      smsUrl,
    })),
    ...more,
  });
  // The sandbox remembers its numbers; the port may be another one today.
  for (const { number, keywordReplies } of Object.values(CLIENTS)) {
    const owned = sandbox.state.numberOf(number);
    if (!owned) throw new Error(`The sandbox has lost the number ${number}.`);
    sandbox.state.put('number', {
      ...owned,
      smsUrl,
      voiceUrl,
      statusCallback,
      optOutHandling: keywordReplies === 'kit' ? 'off' : 'default',
    });
  }
  return sandbox;
}
