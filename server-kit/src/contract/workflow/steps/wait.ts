import { z } from 'zod';
import { filter } from '../../filter.ts';
import { defineKind, stepSchema } from '../kind.ts';
import { dateField, duration, eventType, stepId, timeOfDay } from '../primitives.ts';

const onPassed = stepId
  .optional()
  .meta({ description: 'Where to go on when that time is over already. Default: `next`, without a wait' });

/** One of `for`, `until_day`, `until` and `for_event`. Days are the contact's, from the day that they came in: day 0. */
export const wait = defineKind({
  kind: 'wait',
  title: 'Wait',
  icon: 'clock',
  group: 'wait',
  waits: true,
  waitsAgain: (step) => step.for_event !== undefined || (step.for !== undefined && !/^0+ /.test(step.for)),
  schema: stepSchema('wait', {
    for: duration.optional(),
    until_day: z.strictObject({ day: z.int().min(0).max(3_650), at: timeOfDay.default('10:00') }).optional(),
    until: z
      .union([
        z.strictObject({ date: z.iso.date(), at: timeOfDay.default('10:00'), on_passed: onPassed }),
        z.strictObject({
          field: dateField,
          offset_days: z.int().min(-365).max(365).default(0),
          offset_minutes: z.int().min(-100_000).max(100_000).default(0),
          at: timeOfDay.optional().meta({ description: 'For values that are days' }),
          on_passed: onPassed,
        }),
      ])
      .optional(),
    for_event: z
      .strictObject({
        type: eventType,
        where: filter.optional(),
        timeout: duration,
        on_timeout: stepId.optional().meta({ description: 'Default: `next`' }),
      })
      .optional(),
  }).refine(
    (step) =>
      [step.for, step.until_day, step.until, step.for_event].filter((way) => way !== undefined).length === 1,
    {
      message: 'Say exactly one of for, until_day, until and for_event',
    },
  ),
  branches: ({ next, until, for_event }) => [
    { label: for_event ? 'It happened' : 'Then', to: next },
    ...(for_event ? [{ label: `Not within ${for_event.timeout}`, to: for_event.on_timeout ?? next }] : []),
    ...(until?.on_passed === undefined ? [] : [{ label: 'It was over already', to: until.on_passed }]),
  ],
  words(step) {
    if (step.for) return `Wait ${step.for}`;
    if (step.until_day) return `Wait until day ${step.until_day.day} at ${step.until_day.at}`;
    if (step.for_event) return `Wait for ${step.for_event.type}, at most ${step.for_event.timeout}`;
    const { until } = step;
    return until && 'date' in until
      ? `Wait until ${until.date} at ${until.at}`
      : `Wait until ${until?.field ?? 'a date'}`;
  },
});
