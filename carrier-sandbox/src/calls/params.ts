/** What Twilio sends with a call's webhooks, by the exact names. https://www.twilio.com/docs/voice/twiml#request-parameters */
import { rfc2822 } from '../dates.ts';
import { placeOf } from '../numbers.ts';
import type { Call } from '../records.ts';
import type { Params } from '../webhooks/sender.ts';

export function callParams(call: Call): Params {
  const params: Params = {
    CallSid: call.sid,
    AccountSid: call.accountSid,
    From: call.from,
    Caller: call.from,
    To: call.to,
    Called: call.to,
    CallStatus: call.status,
    Direction: call.direction,
    ApiVersion: '2010-04-01',
  };
  for (const [names, number] of [
    [['From', 'Caller'], call.from],
    [['To', 'Called'], call.to],
  ] as const) {
    const { city, state, zip, country } = placeOf(number);
    for (const name of names)
      Object.assign(params, {
        [`${name}City`]: city,
        [`${name}State`]: state,
        [`${name}Zip`]: zip,
        [`${name}Country`]: country,
      });
  }
  if (call.parentSid !== null) params['ParentCallSid'] = call.parentSid;
  if (call.answeredBy !== null) params['AnsweredBy'] = call.answeredBy;
  return params;
}

/** https://www.twilio.com/docs/voice/api/call-resource#statuscallback */
export function callStatusParams(call: Call, event: string, sequence: number, now: number): Params {
  const params = callParams(call);
  Object.assign(params, {
    CallStatus: event === 'initiated' ? 'initiated' : call.status,
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequence),
    Timestamp: rfc2822(now),
  });
  if (event === 'completed') {
    params['CallDuration'] = String(call.duration);
    params['Duration'] = String(Math.ceil(call.duration / 60));
    if (call.status === 'busy') params['SipResponseCode'] = '486';
  }
  return params;
}
