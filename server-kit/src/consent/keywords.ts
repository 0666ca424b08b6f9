/**
 * What an inbound text says about consent.
 *
 * An exact keyword acts by itself: the families that US carriers and Twilio agree on, plus the reply words that
 * 47 CFR 64.1200(a)(10) names. "Exact" means the whole message, without regard to case, punctuation and courtesy: "Stop." and
 * "Stop. Thank you" are opt-outs, "we must STOP this bill" is not. Anything else that reads like "leave me alone" is
 * only *flagged*: an agent decides (the rule accepts any reasonable wording, a machine must not guess it).
 */
export type Keyword = 'stop' | 'start' | 'help';

export interface Reading {
  keyword: Keyword | null;
  /** The whole message is the bare keyword: then a carrier that handles keywords has acted and answered too. */
  exact: boolean;
  /** Reads like an opt-out without being a keyword. */
  possibleOptOut: boolean;
  /** A bare YES or Y: the answer to a question, where one was asked. */
  yes: boolean;
}

const FAMILIES: Record<Keyword, ReadonlySet<string>> = {
  stop: new Set([
    'stop',
    'stopall',
    'stop all',
    'unsubscribe',
    'cancel',
    'end',
    'quit',
    'revoke',
    'optout',
    'opt out',
  ]),
  start: new Set(['start', 'unstop', 'yes']),
  help: new Set(['help', 'info']),
};

/** What Twilio itself matches, whole message, before courtesy is forgiven. */
const CARRIER_WORDS = new Set(
  'stop stopall unsubscribe cancel end quit revoke optout start unstop yes help info'.split(' '),
);

/** Words that may stand around a stop word without changing it. "cancel" and "end" alone take none of them: "end now"
 * or "cancel please" may speak of an appointment, so they are flagged instead. */
const COURTESY = /\b(please|pls|plz|thanks|thank you|thx|ty|now|immediately|sorry|hi|hello|ok|okay)\b/g;
const UNMISTAKABLE = new Set([
  'stop',
  'stopall',
  'stop all',
  'unsubscribe',
  'quit',
  'revoke',
  'optout',
  'opt out',
]);

const FREE_TEXT_OPT_OUT = [
  /\b(stop|quit|cease|no more|don'?t|do not|never)\b.{0,30}\b(text|texts|texting|messag\w*|sms|contact\w*|call\w*|bother\w*|send\w*|writ\w*)\b/,
  /\b(unsubscribe|opt(ed)?[ -]?(me )?out|remove me|take me off|leave me alone|lose my number|delete my number)\b/,
  /\b(cancel|end)\b.{0,12}\b(please|now|texts?|messages?|subscription)\b/,
  /\bnot interested\b|\bwrong (number|person)\b/,
  /^(no m[aá]s|alto|basta|arr[eê]t(er|ez)?|parar|detener|cancelar)\b/,
];

/** Reads the consent in a text. */
export function readKeyword(body: string): Reading {
  const bare = body.trim().toLowerCase();
  const words = bare
    .normalize('NFKC')
    .replace(/[’`]/g, "'")
    .replace(/[^\p{L}\p{N}']+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();

  const yes = words === 'yes' || words === 'y';
  for (const keyword of ['stop', 'start', 'help'] as const) {
    if (FAMILIES[keyword].has(words)) {
      return { keyword, exact: CARRIER_WORDS.has(bare), possibleOptOut: false, yes };
    }
  }
  const plain = words.replace(COURTESY, ' ').replace(/\s+/g, ' ').trim();
  if (UNMISTAKABLE.has(plain)) return { keyword: 'stop', exact: false, possibleOptOut: false, yes };
  return {
    keyword: null,
    exact: false,
    possibleOptOut: FREE_TEXT_OPT_OUT.some((pattern) => pattern.test(words)),
    yes,
  };
}
