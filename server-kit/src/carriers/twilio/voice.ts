/** Calls over Twilio. https://www.twilio.com/docs/voice/api/call-resource */
import twilio from 'twilio';
import type { Rejection, SendOutcome, WebhookRequest } from '../carrier.ts';
import type { AnsweredBy, CallNews, CallRecord, CallResult, VoiceCarrier } from '../voice.ts';
import { callFailure } from './refusals.ts';

interface VoiceWiring {
  callsPerSecond: number;
  client(accountSid: string): Promise<twilio.Twilio>;
  /** A client that is there already, so that a call starts in this very turn. */
  known(accountSid: string): twilio.Twilio | undefined;
  verify(request: WebhookRequest): Promise<Rejection | Record<string, string>>;
  readFailure(error: unknown): SendOutcome;
  plainError(error: unknown): Error;
}

/** https://www.twilio.com/docs/voice/twiml/play#supported-audio-file-types */
const PLAYS = new Set([
  'audio/mpeg',
  'audio/mp3',
  'audio/wav',
  'audio/wave',
  'audio/x-wav',
  'audio/vnd.wave',
  'audio/aiff',
  'audio/x-aiff',
  'audio/x-aifc',
  'audio/x-gsm',
  'audio/gsm',
  'audio/ulaw',
]);

/** Twilio's way to ask for another try: without it a webhook that meets a 503 is the end of the call. Not signed, not sent. */
const withTries = (url: string): string => `${url}#rc=2&rp=5xx,ct,rt`;

export function twilioVoice({
  callsPerSecond,
  client,
  known,
  verify,
  readFailure,
  plainError,
}: VoiceWiring): VoiceCarrier {
  return {
    callsPerSecond,
    plays: PLAYS,

    async placeCall({ accountSid, from, to, answerUrl, statusUrl, detect, ringFor }): Promise<SendOutcome> {
      try {
        const api = known(accountSid) ?? (await client(accountSid));
        const created = await api.calls.create({
          from,
          to,
          url: withTries(answerUrl),
          method: 'POST',
          statusCallback: withTries(statusUrl),
          statusCallbackMethod: 'POST',
          statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          timeout: ringFor,
          // not async: then the document would have to wait for the answer, and be replaced by another request
          machineDetection: detect === 'person' ? 'Enable' : 'DetectMessageEnd',
        });
        return { kind: 'accepted', sid: created.sid };
      } catch (error) {
        const outcome = readFailure(error);
        return outcome.kind === 'refused' ? { ...outcome, refusal: callFailure(outcome.refusal) } : outcome;
      }
    },

    async findCalls({ accountSid, from, to, since }): Promise<CallRecord[]> {
      const api = await client(accountSid);
      const found: CallRecord[] = [];
      // StartTime cannot narrow the question: it is empty while a call waits. The list is newest first.
      await new Promise<void>((done, failed) => {
        api.calls.each({
          from,
          to,
          pageSize: 100,
          callback: (record, stop) => {
            if (record.dateCreated < since) stop();
            else {
              found.push({
                sid: record.sid,
                createdAt: record.dateCreated,
                ...newsOf(record.status, record.duration, record.answeredBy),
              });
            }
          },
          done: (error?: Error) => (error ? failed(plainError(error)) : done()),
        });
      });
      return found;
    },

    async readCall(request) {
      const fields = await verify(request);
      if (isRejection(fields)) return fields;
      const { AccountSid, CallSid, From, To, CallStatus, CallDuration, AnsweredBy: by } = fields;
      if (!CallSid || !To) return { rejected: 'the form lacks CallSid or To' };
      const leg = fields.DialCallStatus;
      return {
        accountSid: AccountSid!,
        sid: CallSid,
        from: From ?? '',
        to: To,
        ...newsOf(CallStatus, CallDuration, by),
        leg: leg ? { result: RESULTS[leg] ?? 'failed', seconds: secondsOf(fields.DialCallDuration) } : null,
      };
    },

    script(steps) {
      const response = new twilio.twiml.VoiceResponse();
      for (const step of steps) {
        if ('say' in step) response.say(step.say);
        else if ('play' in step) response.play(step.play);
        else if ('ask' in step) response.redirect({ method: 'POST' }, withTries(step.ask));
        else if ('dial' in step) {
          const { to, from, ringFor, doneUrl } = step.dial;
          response
            .dial({ callerId: from, timeout: ringFor, action: withTries(doneUrl), method: 'POST' })
            .number(to);
        } else response.hangup();
      }
      return { contentType: 'text/xml; charset=utf-8', body: response.toString() };
    },

    async numberSetup(accountSid, numbers) {
      const wanted = new Set(numbers);
      try {
        const owned = await (await client(accountSid)).incomingPhoneNumbers.list({ limit: 1_000 });
        return owned
          .filter(({ phoneNumber }) => wanted.has(phoneNumber))
          .map(({ phoneNumber, voiceUrl }) => ({ number: phoneNumber, url: voiceUrl || null }));
      } catch (error) {
        throw plainError(error);
      }
    },
  };
}

const RESULTS: Record<string, CallResult> = {
  completed: 'completed',
  answered: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
  failed: 'failed',
  canceled: 'canceled',
};

const STATUSES: Record<string, CallNews['status']> = {
  queued: 'placed',
  initiated: 'placed',
  ringing: 'ringing',
  'in-progress': 'in_progress',
};

const DETECTED: Record<string, AnsweredBy> = {
  human: 'human',
  machine_start: 'machine',
  machine_end_beep: 'beep',
  machine_end_silence: 'beep',
  machine_end_other: 'beep',
  fax: 'fax',
  unknown: 'unknown',
};

function newsOf(status: string | undefined, duration: string | undefined, by: string | undefined): CallNews {
  const result = RESULTS[status ?? ''] ?? null;
  return {
    status: result ? 'ended' : (STATUSES[status ?? ''] ?? null),
    result,
    seconds: secondsOf(duration),
    answeredBy: by ? (DETECTED[by] ?? 'unknown') : null,
  };
}

const secondsOf = (text: string | null | undefined): number | null =>
  typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : null;

function isRejection(value: Rejection | Record<string, string>): value is Rejection {
  return typeof value.rejected === 'string' && Object.keys(value).length === 1;
}
