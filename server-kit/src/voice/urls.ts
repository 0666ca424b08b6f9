/** What a carrier calls about a call of ours names it; that the carrier it is, its signature says. */
export type CallHook = 'answer' | 'dialed' | 'played' | 'status';

export function callUrl(publicUrl: string, hook: CallHook, tenant: string, callId: string): string {
  return `${publicUrl}/twilio/voice/${hook}?${new URLSearchParams({ t: tenant, c: callId })}`;
}

/** Of a webhook's address; null: it names none. */
export function callNamed(url: string): { tenant: string; callId: string } | null {
  const query = new URL(url).searchParams;
  const [tenant, callId] = [query.get('t'), query.get('c')];
  return tenant && callId ? { tenant, callId } : null;
}
