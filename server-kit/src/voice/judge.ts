/** Who may be called: asked when a call is about to leave, and again before a contact's own phone is dialed. */
import { MARKETING_KINDS } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

export type Bar = 'opted_out' | 'suppressed' | 'do_not_call' | 'dnd' | 'no_consent';

export const BAR_REASONS: Record<Bar, string> = {
  opted_out: 'Not called: this person has opted out.',
  suppressed: 'Not called: this number is on a do-not-contact list.',
  do_not_call: 'Not called: this person does not want calls.',
  dnd: 'Not called: this person is muted for calls.',
  no_consent: 'Not called: a recorded message for marketing needs a written consent to calls.',
};

/**
 * Of `calls c`, as `bar` (null: may be called) with `time_zone` and `state` of the contact; for a lateral join.
 *
 * A recording is what 47 CFR 64.1200(a)(1) calls a prerecorded voice: it needs consent as marketing texts do, and a STOP by text
 * ends it too. A member who calls is neither.
 */
export function judgment({ sql, tenant }: Tx, agency: string) {
  return sql`
    select p.zone as time_zone, p.state, case
      when exists (select from suppressions s where s.tenant_id = ${tenant} and s.address = c.to_address and s.withdrawn
        and (s.channel = 'voice' or (s.channel = 'sms' and c.kind = 'voicemail'))) then 'opted_out'
      when exists (select from suppressions s where s.tenant_id = ${tenant} and s.channel = 'voice'
          and s.address = c.to_address and s.listed)
        or exists (select from agency_suppressions g where g.tenant_id = ${agency} and g.channel = 'voice'
          and g.address = c.to_address) then 'suppressed'
      when p.do_not_call then 'do_not_call'
      when 'voice' = any(p.dnd) then 'dnd'
      when c.kind = 'voicemail' and c.purpose = 'marketing' and not exists (
        select from consents k where k.tenant_id = ${tenant} and k.channel = 'voice' and k.address = c.to_address
          and k.state = 'granted' and k.kind = any(${[...MARKETING_KINDS]})
          and (k.expires_at is null or k.expires_at > moment())) then 'no_consent'
      end as bar
    from (
      select coalesce(time_zone, derived_zone) as zone, state, do_not_call, dnd from contacts
      where tenant_id = ${tenant} and contact_id = c.contact_id limit 1) p`;
}
