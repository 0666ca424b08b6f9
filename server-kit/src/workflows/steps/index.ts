/** What every kind of step does. A new one is a file beside these and a line here. */
import { addNote } from './add-note.ts';
import { assign } from './assign.ts';
import { leaveVoicemail, placeCall } from './calls.ts';
import { createTask } from './create-task.ts';
import { httpRequest } from './http-request.ts';
import { notify } from './notify.ts';
import { sendMessenger } from './send-messenger.ts';
import { sendPdf } from './send-pdf.ts';
import { sendSms } from './send-sms.ts';
import { sendVideo } from './send-video.ts';
import type { StepRunner } from './step.ts';
import { webhook } from './webhook.ts';

export const STEP_RUNNERS: StepRunner[] = [
  sendSms,
  sendVideo,
  sendPdf,
  sendMessenger,
  placeCall,
  leaveVoicemail,
  assign,
  createTask,
  addNote,
  notify,
  httpRequest,
  webhook,
];
