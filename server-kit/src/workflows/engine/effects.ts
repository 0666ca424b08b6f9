/**
 * What a batch wants done, gathered and then written set-wise in the batch's own transaction, in this order: the contacts,
 * then what is about them, then what leaves. A step that reads what an earlier one wrote finds it written: the engine
 * flushes between steps that read the database.
 */
import type { MessagePurpose } from '../../contract/index.ts';
import type { Route } from '../../messaging/send-many.ts';

export interface OutgoingText {
  enrollmentId: string;
  contactId: string;
  /** The carrier's side is the send path's: sender, conversation and pacing follow from the contact. */
  body: string;
  /** Asset ids. */
  assets: string[];
  sendAs: 'auto' | 'attachment' | 'link';
  sender: string | null;
  purpose: MessagePurpose;
  /** Chosen by the step, so that the trace can name it. */
  messageId: string;
  /** How it goes, as the step has found it. */
  route?: Route | undefined;
}

/** A link that stands in a text and is one contact's: its address is known before it is written. */
export interface OutgoingAssetLink {
  contactId: string;
  /** The tenant's own, if it has one. */
  linkDomain: string | null;
  assetId: string;
  messageId?: string | undefined;
}
export interface OutgoingShortLink {
  contactId: string;
  linkDomain: string | null;
  url: string;
  enrollmentId: string;
  workflowId: string;
  step: string;
}

export interface OutgoingRequest {
  enrollmentId: string;
  ordinal: number;
  kind: 'http_request' | 'webhook' | 'messenger';
  requestId: string;
  request: Record<string, unknown>;
}

export interface Effects {
  text(text: OutgoingText): void;
  /** Both return the whole address. */
  assetLink(link: OutgoingAssetLink): string;
  shortLink(link: OutgoingShortLink): string;
  request(request: OutgoingRequest): void;
  addTags(contactId: string, tags: string[]): void;
  removeTags(contactId: string, tags: string[]): void;
  /** A column or `fields.<key>`; checked already. */
  setField(contactId: string, field: string, value: unknown): void;
  score(contactId: string, by: number): void;
  moveStage(contactId: string, stage: string): void;
  assign(contactId: string, member: string | null): void;
  task(contactId: string, task: { title: string; dueAt: Date | null; assignee: string | null }): void;
  note(contactId: string, body: string): void;
  notify(contactId: string, member: string, body: string): void;
  enroll(contactId: string, workflowKey: string): void;
  /** `all`: whatever they are in. Never out of the workflow that asks. */
  leave(contactId: string, workflowKey: string): void;
  /** Kept with the enrollment: `{{ vars.name }}`. */
  setVariable(enrollmentId: string, name: string, value: unknown): void;
}
