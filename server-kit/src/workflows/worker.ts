/** Everything of workflows that runs in a worker: what lets people in, what takes them through, what they ask of other systems. */
import type { KitContext } from '../context.ts';
import { startEngine } from './engine/loop.ts';
import { startRequests } from './requests/sender.ts';
import { startTriggers } from './triggers/tasks.ts';

/** `stop` lets what has begun finish. */
export function startWorkflows(context: KitContext): { stop(): Promise<void> } {
  const services = { messenger: context.outside.messenger !== null };
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
