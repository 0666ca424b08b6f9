import type { SkipReason, WaitReason } from '../../contract/workflow/index.ts';

/** Why a run does not go on at once, in numbers and names; `trace.ts` makes sentences of it. Instants in RFC 3339. */
export interface Waiting {
  reason: WaitReason;
  /** When it goes on by itself; null: only when it is woken. */
  until: string | null;
  /** The zone that `until` was computed in. */
  zone?: string;
  /** A zone that was asked for and does not exist, so that `zone` is the tenant's. */
  instead_of?: string;
  /** Of an event: its type. Of a retry: what failed. Of an asset: its key. */
  what?: string;
  /** Of an event: since when it would have counted. */
  since?: string;
  /** Somebody decided that the step is passed over, and why. */
  skip?: SkipReason;
  /** The event that ended it early, until the run has looked. */
  woken_by?: { id: string; type: string; data: Record<string, unknown> };
}
