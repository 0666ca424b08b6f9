/**
 * What a messaging webhook may answer: `<Response>` with `<Message>` and `<Redirect>`, or plain text, which Twilio
 * sends back as a message. Anything else is named by the debugger's code for it.
 */
import { elementsOf, parseXml, textOf, XmlError, type XmlElement } from './xml.ts';

export interface Reply {
  kind: 'message';
  to: string | null;
  from: string | null;
  body: string;
  media: string[];
  statusCallback: string | null;
}

interface Redirect {
  kind: 'redirect';
  url: string;
  method: string;
}

export interface TwimlProblem {
  code: 11100 | 12100 | 12200 | 12300;
  level: 'error' | 'warning';
  message: string;
}

export interface TwimlAnswer {
  steps: (Reply | Redirect)[];
  problems: TwimlProblem[];
}

/** Addresses may be relative to `base`, the URL that answered; one that is no address at all is named as 11100. */
export function readAnswer(contentType: string, body: string, base = 'http://localhost/'): TwimlAnswer {
  const answer = readDocument(contentType, body);
  const wrong = answer.steps.flatMap(urlsOf).find((url) => !URL.canParse(url, base));
  return wrong === undefined ? answer : problem(11100, `Invalid URL format: ${wrong}`);
}

function urlsOf(step: Reply | Redirect): string[] {
  if (step.kind === 'redirect') return [step.url];
  return step.statusCallback === null ? step.media : [...step.media, step.statusCallback];
}

function readDocument(contentType: string, body: string): TwimlAnswer {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (body.trim() === '') return { steps: [], problems: [] };
  if (type === 'text/plain') return { steps: [message(body, [])], problems: [] };
  if (!['', 'text/xml', 'application/xml', 'text/html', 'application/rss+xml'].includes(type)) {
    return problem(12300, `Content is not TwiML: ${type}`);
  }
  try {
    return readTwiml(parseXml(body));
  } catch (error) {
    if (error instanceof XmlError) return problem(12100, `Document parse failure: ${error.message}`);
    throw error;
  }
}

function readTwiml(root: XmlElement): TwimlAnswer {
  if (root.name !== 'Response')
    return problem(12100, `The root element must be <Response>, not <${root.name}>`);
  const answer: TwimlAnswer = { steps: [], problems: [] };
  for (const verb of elementsOf(root)) {
    if (verb.name === 'Message' || verb.name === 'Sms') answer.steps.push(readMessage(verb));
    else if (verb.name === 'Redirect') {
      const method = (verb.attributes['method'] ?? 'POST').toUpperCase();
      answer.steps.push({ kind: 'redirect', url: textOf(verb).trim(), method });
      break;
    } else {
      const words = `<${verb.name}> is not a verb of a message's answer`;
      answer.problems.push({ code: 12200, level: 'warning', message: words });
    }
  }
  return answer;
}

function readMessage(verb: XmlElement): Reply {
  const children = elementsOf(verb);
  const bodies = children.filter((child) => child.name === 'Body');
  const body = bodies.length ? bodies.map(textOf).join('') : textOf(verb).trim();
  const media = children.filter((child) => child.name === 'Media').map((child) => textOf(child).trim());
  const { to, from, statusCallback, action } = verb.attributes;
  return {
    ...message(body, media),
    to: to ?? null,
    from: from ?? null,
    statusCallback: statusCallback ?? action ?? null,
  };
}

const message = (body: string, media: string[]): Reply => ({
  kind: 'message',
  to: null,
  from: null,
  body,
  media,
  statusCallback: null,
});

const problem = (code: 11100 | 12100 | 12300, words: string): TwimlAnswer => ({
  steps: [],
  problems: [{ code, level: 'error', message: words }],
});
