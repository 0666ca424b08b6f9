/**
 * A kind of step, as editors, validation and the simulator know it: what it may say, what it looks like, where it leads. What
 * it does stands in `workflows/steps/`, one file a kind, under the same name. The host adds its own by the same two interfaces.
 */
import { z } from 'zod';
import type { StepBase } from './definition.ts';
import { stepId } from './primitives.ts';

export interface Branch {
  /** As the canvas and the trace name it. */
  label: string;
  to: string | undefined;
}

export interface StepKind<S extends StepBase = StepBase> {
  kind: string;
  title: string;
  /** One of the icons that elements have, by name. */
  icon: string;
  group: 'send' | 'wait' | 'branch' | 'contact' | 'team' | 'connect' | 'flow';
  schema: z.ZodType<S>;
  /** A send: kept within the window, counted against the daily limit, and barred by an opt-out of this channel. */
  sends?: 'sms' | 'messenger' | 'voice';
  /** Time passes here, so a loop through it is no endless one. */
  waits?: boolean;
  /** Of kinds that wait: whether also who comes by again has to. A day that is over is waited for once. Default: yes. */
  waitsAgain?(step: S): boolean;
  /** Nothing comes after it. */
  ends?: boolean;
  /** The only ways on, for kinds that choose; without this it is `next` alone. */
  branches?(step: S): Branch[];
  /** The texts of it that are Liquid templates, by path: `body`, `media[0]`. */
  templates?(step: S): Partial<Record<string, string>>;
  /** What it does, in one line: "Wait 1 day", "Add the tag Joy_Day0_Sent". */
  words(step: S): string;
}

/** The schema of a kind: what every step has, and what only this one has. */
export function stepSchema<const K extends string, S extends z.ZodRawShape>(kind: K, shape: S) {
  return z.strictObject({
    id: stepId,
    kind: z.literal(kind),
    name: z.string().trim().min(1).max(100).optional(),
    next: stepId.optional(),
    ...shape,
  });
}

/** Keeps the kind and what may be written (defaults left out) as types, for whoever builds workflows in TypeScript. */
export function defineKind<const K extends string, Schema extends z.ZodType<StepBase>>(
  kind: Omit<StepKind<z.output<Schema>>, 'kind' | 'schema'> & { kind: K; schema: Schema },
) {
  return kind;
}
