import type { SendWindow } from '../consent/index.ts';
import type { WorkflowSettings } from '../contract/workflow/index.ts';

/** The hours of a workflow for what leaves later than its step ran, and is asked about them again. Null: at any hour. */
export function sendWindow({ window, zone }: WorkflowSettings): SendWindow | null {
  return window ? { ...window, zone } : null;
}
