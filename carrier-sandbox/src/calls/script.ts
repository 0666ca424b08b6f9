/**
 * What a voice webhook may answer: the verbs that this sandbox can do. Others are named by the debugger's code for them and
 * passed over, as Twilio does with what it does not know.
 */
import { elementsOf, parseXml, textOf, XmlError, type XmlElement } from '../webhooks/xml.ts';

export type Verb =
  | { kind: 'say'; text: string }
  | { kind: 'play'; url: string }
  | { kind: 'pause'; seconds: number }
  | { kind: 'redirect'; url: string; method: string }
  | { kind: 'hangup' }
  | { kind: 'reject'; reason: 'rejected' | 'busy' }
  | {
      kind: 'dial';
      to: string;
      callerId: string | null;
      timeout: number;
      action: string | null;
      method: string;
      statusCallback: string | null;
      statusEvents: string[];
    };

export interface Script {
  verbs: Verb[];
  problems: { code: number; level: 'error' | 'warning'; message: string }[];
}

export function readScript(contentType: string, body: string): Script {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (!['', 'text/xml', 'application/xml', 'text/html'].includes(type))
    return broken(12300, `Content is not TwiML: ${type}`);
  if (body.trim() === '') return broken(12100, 'Document parse failure: the answer is empty');
  let root: XmlElement;
  try {
    root = parseXml(body);
  } catch (error) {
    if (error instanceof XmlError) return broken(12100, `Document parse failure: ${error.message}`);
    throw error;
  }
  if (root.name !== 'Response')
    return broken(12100, `The root element must be <Response>, not <${root.name}>`);
  const script: Script = { verbs: [], problems: [] };
  for (const element of elementsOf(root)) {
    const verb = readVerb(element);
    if (typeof verb === 'string') script.problems.push({ code: 12200, level: 'warning', message: verb });
    else script.verbs.push(verb);
  }
  return script;
}

function readVerb(element: XmlElement): Verb | string {
  const { name, attributes } = element;
  const text = textOf(element).trim();
  const method = (attributes['method'] ?? 'POST').toUpperCase();
  if (name === 'Say') return { kind: 'say', text };
  if (name === 'Play') return { kind: 'play', url: text };
  if (name === 'Pause') return { kind: 'pause', seconds: Number(attributes['length'] ?? 1) || 0 };
  if (name === 'Redirect') return { kind: 'redirect', url: text, method };
  if (name === 'Hangup') return { kind: 'hangup' };
  if (name === 'Reject')
    return { kind: 'reject', reason: attributes['reason'] === 'busy' ? 'busy' : 'rejected' };
  if (name !== 'Dial') return `<${name}> is not a verb of this sandbox`;
  const inner = elementsOf(element);
  const number = inner.find((child) => child.name === 'Number');
  const other = inner.find((child) => child.name !== 'Number');
  if (other) return `<Dial> of this sandbox knows <Number>, not <${other.name}>`;
  const { statusCallback = null, statusCallbackEvent = 'completed' } = number?.attributes ?? {};
  return {
    kind: 'dial',
    to: number ? textOf(number).trim() : text,
    callerId: attributes['callerId'] ?? null,
    timeout: Number(attributes['timeout'] ?? 30) || 30,
    action: attributes['action'] ?? null,
    method,
    statusCallback,
    statusEvents: statusCallbackEvent.split(/\s+/),
  };
}

const broken = (code: number, message: string): Script => ({
  verbs: [],
  problems: [{ code, level: 'error', message }],
});
