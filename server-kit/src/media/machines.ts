/**
 * Machines open links too: previews of messengers, carriers that check what they carry, scanners of mail and texts. None of
 * these marks is enough, since some pretend to be a browser, and so no fetch counts as a view, whoever makes it; they are
 * told so that a machine's visit can be shown as one, and are given nothing that could count.
 */
import { isbot } from 'isbot';

/** What isbot takes for people: security gateways, and what fetches without a browser around it. */
const OTHERS =
  /proofpoint|mimecast|barracuda|safelinks|trendmicro|symantec|messagelabs|forcepoint|zscaler|fortiguard|checkpoint|cisco|ironport|sophos|mailscanner|urldefense|virustotal|teams\/|skypespaces|cfnetwork|dataprovider|twilio|preview|scanner|validator|monitor/i;

/** Why it is thought a machine, in words for people; null: perhaps somebody. */
export function machineReason(
  method: string,
  header: (name: string) => string | null | undefined,
): string | null {
  if (method === 'HEAD') return 'asked for the headers only';
  const purpose = [header('sec-purpose'), header('purpose'), header('x-purpose'), header('x-moz')].join(' ');
  if (/prefetch|prerender|preview/i.test(purpose)) return 'loaded ahead by a browser';
  const agent = header('user-agent')?.trim();
  if (!agent) return 'says not what it is';
  const known = OTHERS.exec(agent);
  if (known || isbot(agent)) return `calls itself ${agent.slice(0, 120)}`;
  return null;
}
