/**
 * What the first marketing text to somebody has to say: who writes, and how to stop it.
 *
 * CTIA's Messaging Principles and Best Practices (5.1) want the sender named and the way out told when somebody is opted
 * in, and again at times; 47 CFR 64.1200(a)(10) wants a way out that works by reply. https://api.ctia.org/wp-content/uploads/2023/05/230523-CTIA-Messaging-Principles-and-Best-Practices-FINAL.pdf
 *
 * Plain ASCII: one typographic dash would make the whole text UCS-2 and cost twice the segments.
 */
const WAY_OUT = 'Reply STOP to opt out.';
const DEFAULT_SUFFIX = `{business}: ${WAY_OUT}`;

export interface Business {
  name: string;
  /** The tenant's own words (`settings.first_message_suffix`); `{business}` is filled in. Without STOP they do not count. */
  suffix?: string | undefined;
}

/** The text as it leaves when it is the first; null when it says all that already. */
export function asFirstMessage(body: string, { name, suffix }: Business): string | null {
  const named = body.toLowerCase().includes(name.toLowerCase());
  const tellsHow = /\bstop\b/i.test(body);
  if (named && tellsHow) return null;
  const own = suffix !== undefined && /\bstop\b/i.test(suffix) ? suffix : undefined;
  const words = own ?? (named ? WAY_OUT : tellsHow ? '{business}' : DEFAULT_SUFFIX);
  const filled = words.replaceAll('{business}', () => name);
  const said = named || filled.toLowerCase().includes(name.toLowerCase()) ? filled : `${name}: ${filled}`;
  return body.trim() === '' ? said : `${body.trimEnd()}\n${said}`;
}
