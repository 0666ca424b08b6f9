/** What every kind of step does. A new one is a file beside these and a line here. */
import type { StepRunner } from './step.ts';
import { sendPdf } from './send-pdf.ts';
import { sendSms } from './send-sms.ts';
import { sendVideo } from './send-video.ts';

export const STEP_RUNNERS: StepRunner[] = [sendSms, sendVideo, sendPdf];
