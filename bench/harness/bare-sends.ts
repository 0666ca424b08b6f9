/** The floor of `outbound`: the same calls through the same SDK, and nothing else. */
import twilio from 'twilio';
import { ACCOUNT, NUMBER } from './environment.ts';

const client = twilio(ACCOUNT.accountSid, ACCOUNT.authToken, {
  httpClient: new twilio.RequestClient({ timeout: 10_000, maxSockets: 50, keepAlive: true }),
});
client.api.baseUrl = process.argv[2]!;

process.on(
  'message',
  ({ count, concurrency }: { count: number; concurrency: number }) => void send(count, concurrency),
);
process.send!('ready');

async function send(count: number, concurrency: number): Promise<void> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) {
        next += 1;
        await client.messages.create({
          from: NUMBER,
          to: `+1312555${String(next % 10_000).padStart(4, '0')}`,
          body: 'See you on Saturday at 10. Reply STOP to opt out.',
          statusCallback: `http://127.0.0.1:9/crm/twilio/sms/status?t=bench&m=${crypto.randomUUID()}&a=1#rc=3&rp=5xx,ct,rt`,
        });
      }
    }),
  );
  process.send!(performance.now() - started);
}
