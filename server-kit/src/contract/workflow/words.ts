/** Triggers and settings in one line each, for lists, differences and logs. Steps have their kind's `words`. */
import type { WorkflowSettings } from './settings.ts';
import type { WorkflowTrigger } from './triggers.ts';
import { listed } from './wording.ts';

/** "When the tag “Day0” is added". */
export function triggerWords(trigger: WorkflowTrigger): string {
  const words = whenWords(trigger);
  return trigger.where === undefined ? words : `${words}, for some contacts`;
}

function whenWords(trigger: WorkflowTrigger): string {
  const called = (name: string | undefined) => (name === undefined ? '' : ` “${name}”`);
  switch (trigger.on) {
    case 'contact.created':
      return `When a contact is created${trigger.source === undefined ? '' : ` by “${trigger.source}”`}`;
    case 'stage.entered': {
      const pipeline = trigger.pipeline === undefined ? '' : ` of “${trigger.pipeline}”`;
      return `When somebody comes to ${trigger.stage === undefined ? 'any stage' : `the stage “${trigger.stage}”`}${pipeline}`;
    }
    case 'tag.added':
      return `When the tag “${trigger.tag}” is added`;
    case 'tag.removed':
      return `When the tag “${trigger.tag}” is removed`;
    case 'field.changed':
      return `When ${trigger.field} ${trigger.to === undefined ? 'changes' : `becomes “${trigger.to}”`}`;
    case 'questionnaire.submitted':
      return `When the questionnaire${called(trigger.name)} is submitted`;
    case 'form.submitted':
      return `When the form${called(trigger.name)} is submitted`;
    case 'message.received':
      if (trigger.keyword !== undefined) return `When somebody writes “${trigger.keyword}”`;
      return trigger.contains === undefined
        ? 'When somebody writes'
        : `When somebody writes something with “${trigger.contains}”`;
    case 'no_reply':
      return `When there is no reply for ${trigger.for}`;
    case 'call.completed': {
      const how = trigger.missed === undefined ? 'is over' : trigger.missed ? 'was missed' : 'was answered';
      return `When a call ${how}${trigger.disposition === undefined ? '' : ` with “${trigger.disposition}”`}`;
    }
    case 'segment.entered':
      return 'When somebody comes into a segment';
    case 'segment.left':
      return 'When somebody leaves a segment';
    case 'date': {
      const days = Math.abs(trigger.offset_days);
      const away =
        days === 0
          ? 'On'
          : `${days} ${days === 1 ? 'day' : 'days'} ${trigger.offset_days < 0 ? 'before' : 'after'}`;
      return `${away} ${trigger.field}${trigger.every === 'year' ? ', every year,' : ''} at ${trigger.at}`;
    }
    case 'schedule':
      return `By the schedule “${trigger.cron}”${trigger.zone === undefined ? '' : ` in ${trigger.zone}`}`;
    case 'manual':
      return 'When a member enrolls somebody';
    case 'api':
      return 'When the API enrolls somebody';
    case 'webhook':
      return `When the webhook “${trigger.key}” is called`;
    case 'qr.scanned':
      return `When the QR code${called(trigger.name)} is scanned`;
    case 'url.visited':
      return `When the personal page${called(trigger.name)} is visited`;
    case 'mail.delivered':
      return `When the mail${called(trigger.name)} is delivered`;
    case 'link.clicked':
      return `When a link${trigger.link === undefined ? '' : ` with “${trigger.link}”`} is clicked`;
    case 'gift_card.redeemed':
      return `When the gift card${called(trigger.name)} is redeemed`;
    case 'workflow.finished':
      return `When the workflow “${trigger.workflow}” is finished`;
    default:
      trigger satisfies never;
      return '';
  }
}

/** Each setting as a sentence. */
export const SETTING_WORDS: {
  [K in keyof Required<WorkflowSettings>]: (value: WorkflowSettings[K]) => string;
} = {
  zone: (zone) =>
    `Times are now those of ${zone === 'contact' ? 'each contact' : zone === 'tenant' ? 'the account' : zone}`,
  window: (window) => {
    if (window === undefined) return 'Texts may now leave at any time';
    const { from = '00:00', to = '24:00', days } = window;
    return `The window is now ${from} to ${to}${days === undefined ? '' : ` on ${listed(days)}`}`;
  },
  re_entry: (rule) => {
    if (rule === 'never') return 'Nobody comes in a second time now';
    if (rule === 'always') return 'Everybody may come in again now';
    return 'at_most' in rule
      ? `Everybody may come in at most ${rule.at_most} ${rule.at_most === 1 ? 'time' : 'times'} now`
      : `Everybody may come in again after ${rule.after} now`;
  },
  stop_on_reply: (stop) =>
    stop ? 'It now stops when somebody replies' : 'It now goes on when somebody replies',
  goal: (goal) => (goal === undefined ? 'There is no goal any more' : 'The goal changed'),
  on_opt_out: (what) =>
    what === 'cancel' ? 'An opt-out now ends it' : 'An opt-out now only keeps the texts back',
  max_messages_per_day: (most) =>
    most === undefined
      ? 'There is no daily limit any more'
      : `At most ${most} ${most === 1 ? 'text' : 'texts'} a day now`,
  priority: (priority) => `The priority is now ${priority}`,
  purpose: (purpose) =>
    purpose === 'marketing' ? 'Its texts are now marketing' : 'Its texts are now conversation',
  missing_variable: (what) =>
    ({
      empty: 'What a text has nothing to put in for is now left out',
      skip: 'A text that has nothing to put in is now passed over',
      fail: 'A text that has nothing to put in now fails',
    })[what],
};
