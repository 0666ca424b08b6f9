/** What each kind of step does, one file a kind. A new one is a file beside these and a line here. */
import { addNote } from './add-note.ts';
import { addTag } from './add-tag.ts';
import { assign } from './assign.ts';
import { leaveVoicemail, placeCall } from './calls.ts';
import { condition } from './condition.ts';
import { createTask } from './create-task.ts';
import { end } from './end.ts';
import { enroll } from './enroll.ts';
import { goTo } from './go-to.ts';
import { httpRequest } from './http-request.ts';
import { leave } from './leave.ts';
import { moveStage } from './move-stage.ts';
import { notify } from './notify.ts';
import { removeTag } from './remove-tag.ts';
import { score } from './score.ts';
import { sendMessenger } from './send-messenger.ts';
import { sendPdf } from './send-pdf.ts';
import { sendSms } from './send-sms.ts';
import { sendVideo } from './send-video.ts';
import { setField } from './set-field.ts';
import { split } from './split.ts';
import type { StepRunner } from './step.ts';
import { wait } from './wait.ts';
import { webhook } from './webhook.ts';

export const STEP_RUNNERS: readonly StepRunner[] = [
  sendSms,
  sendVideo,
  sendPdf,
  sendMessenger,
  placeCall,
  leaveVoicemail,
  wait,
  condition,
  split,
  addTag,
  removeTag,
  setField,
  score,
  moveStage,
  assign,
  createTask,
  addNote,
  notify,
  httpRequest,
  webhook,
  enroll,
  leave,
  goTo,
  end,
];
