/** What each kind of step does, one file a kind. A new one is a file beside these and a line here. */
import { addTag } from './add-tag.ts';
import { condition } from './condition.ts';
import { end } from './end.ts';
import { enroll } from './enroll.ts';
import { goTo } from './go-to.ts';
import { leave } from './leave.ts';
import { moveStage } from './move-stage.ts';
import { removeTag } from './remove-tag.ts';
import { score } from './score.ts';
import { sendSms } from './send-sms.ts';
import { setField } from './set-field.ts';
import { split } from './split.ts';
import type { StepRunner } from './step.ts';
import { wait } from './wait.ts';

export const STEP_RUNNERS = [
  sendSms,
  wait,
  condition,
  split,
  addTag,
  removeTag,
  setField,
  score,
  moveStage,
  enroll,
  leave,
  goTo,
  end,
] as unknown as StepRunner[];
