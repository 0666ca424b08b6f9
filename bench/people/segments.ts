/** Twenty segments as agencies make them, from one look-up to a walk over everybody. */
export const SEGMENTS: Record<string, unknown> = {
  everybody: { all: [] },
  'one tag': { field: 'tags', op: 'has_any', value: ['vip'] },
  'both of two tags': { field: 'tags', op: 'has_all', value: ['buyer', 'hot'] },
  'without a tag': { field: 'tags', op: 'has_none', value: ['newsletter'] },
  'a stage': { field: 'stage', op: 'is', value: 'Qualified' },
  'three stages': { field: 'stage', op: 'in', value: ['Contacted', 'Qualified', 'Viewing'] },
  'an agent’s people in a state': {
    all: [
      { field: 'owner_id', op: 'is', value: 'agent7' },
      { field: 'state', op: 'is', value: 'IL' },
    ],
  },
  'nobody’s people': { field: 'owner_id', op: 'is_empty' },
  'a last name’s beginning': { field: 'last_name', op: 'starts_with', value: 'Bercar' },
  'an e-mail’s part': { field: 'email', op: 'contains', value: '7777' },
  'came in the last 7 days': { field: 'created_at', op: 'within', value: { last: 7, unit: 'days' } },
  'unchanged for 6 months': { field: 'updated_at', op: 'before', value: { ago: 6, unit: 'months' } },
  'a budget from 800,000': { field: 'fields.budget', op: 'gte', value: 800_000 },
  'moves in within 30 days': { field: 'fields.move_in', op: 'within', value: { next: 30, unit: 'days' } },
  'may be sent marketing': { consent: { channel: 'sms', state: 'granted' } },
  'opted out': { consent: { channel: 'sms', state: 'withdrawn' } },
  'wrote in the last 7 days': { event: { type: 'message.received', within: { last: 7, unit: 'days' } } },
  'wrote three times in 30 days': {
    event: { type: 'message.received', at_least: 3, within: { last: 30, unit: 'days' } },
  },
  'no reply to a text of this week': {
    all: [
      { event: { type: 'message.queued', within: { last: 7, unit: 'days' } } },
      { no_event: { type: 'message.received', since: 'message.queued' } },
    ],
  },
  'hot buyers whom nobody has answered': {
    all: [
      { field: 'tags', op: 'has_any', value: ['hot', 'buyer'] },
      { consent: { channel: 'sms', state: 'granted' } },
      { conversation: { state: 'inbox', unread: true } },
      { not: { field: 'stage', op: 'in', value: ['Won', 'Lost'] } },
    ],
  },
};
