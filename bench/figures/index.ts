import type { Figure } from '../harness/figure.ts';
import { browserFigures } from './browser.ts';
import { consentBatch, consentCheck } from './consent.ts';
import { bulkTag, importRows } from './jobs.ts';
import { mediaRanges, mediaViewers } from './media.ts';
import { outbound } from './outbound.ts';
import { peopleFigures } from './people.ts';
import { catchUp, rowSecurity } from './reads.ts';
import { timelinePage } from './timeline.ts';
import { birthdaySweep, stopThousand, triggerStorm } from './triggers.ts';
import { mediaUpload, mediaUploadMemory } from './uploads.ts';
import { inbound10, inbound200, liveUpdates, statusBurst, statusCallbacks } from './webhooks.ts';
import { workflowFigures } from './workflows.ts';
import { millionFigures } from './workflows-million.ts';

/** Every figure of the product, in the order of the table. */
export const figures: Figure[] = [
  inbound10,
  inbound200,
  statusCallbacks,
  statusBurst,
  liveUpdates,
  outbound,
  rowSecurity,
  catchUp,
  timelinePage,
  ...peopleFigures,
  consentCheck,
  consentBatch,
  bulkTag,
  importRows,
  birthdaySweep,
  triggerStorm,
  stopThousand,
  mediaUpload,
  mediaUploadMemory,
  mediaRanges,
  mediaViewers,
  ...workflowFigures,
  ...millionFigures,
  ...browserFigures,
];
