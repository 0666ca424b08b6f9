import type { WorkflowHook } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { WorkflowClient } from '../client/workflows.ts';
import type { World } from './fake-world.ts';

const DAY = 86_400_000;

/** The webhooks of workflows that have one: the website's form, which calls now and then. */
export function fakeHooks({
  answer,
  me,
  now,
}: World): Pick<WorkflowClient, 'listWorkflowHooks' | 'renewWorkflowHook'> {
  const all = new Map<string, WorkflowHook>();
  let addresses = 0;
  const address = () => {
    addresses += 1;
    const token = `${addresses}`.padStart(32, 'k7Qz2m9Xc4');
    return { url: `https://portal.example.com/crm/hooks/harbor/${token}`, secret: `whsec_${token}` };
  };
  const hookOf = (workflow: string): WorkflowHook => {
    if (me.member.role !== 'manager')
      throw new ApiError('forbidden', 403, 'Only managers can see the addresses of webhooks.');
    const known = all.get(workflow) ?? {
      key: 'website-form',
      ...address(),
      signed: false,
      last: {
        at: new Date(now() - 2 * 3_600_000).toISOString(),
        payload: { name: 'Nora Olsen', phone: '+1 630 555 0175', interest: 'Maple Court' },
      },
      old_until: null,
    };
    all.set(workflow, known);
    return known;
  };
  return {
    listWorkflowHooks: (id, options) =>
      answer('listWorkflowHooks', [id], () => [hookOf(id)], options?.signal),
    renewWorkflowHook: (id, key) =>
      answer('renewWorkflowHook', [id, key], () => {
        const renewed = { ...hookOf(id), ...address(), old_until: new Date(now() + DAY).toISOString() };
        all.set(id, renewed);
        return renewed;
      }),
  };
}
