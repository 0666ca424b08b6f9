/** Everything of workflows that runs in a worker: what lets people in, what takes them through, what they ask of other systems. */
import type { KitContext } from '../context.ts';
import { startEngine } from './engine/loop.ts';
import { queueCalls } from '../voice/outbox.ts';
import { startRequests } from './requests/sender.ts';
import type { StepServices } from './steps/step.ts';
import { startTriggers } from './triggers/tasks.ts';

/** `stop` lets what has begun finish. */
export function startWorkflows(context: KitContext): { stop(): Promise<void> } {
  const { voice } = context.carrier;
  const services: StepServices = {
    messenger: context.outside.messenger !== null,
    ...(voice && { calls: { place: (tx, calls) => queueCalls(tx, voice, calls) } }),
  };
  const running = [
    startEngine({ ...context, services }, context.steps),
    startTriggers(context),
    startRequests(context),
  ];
  return {
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}
