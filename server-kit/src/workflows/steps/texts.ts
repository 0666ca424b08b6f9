/** What the steps that text somebody have in common: words, files, the way there, and what keeps them from going. */
import { newId } from '../../ids.ts';
import type { SkipReason, StepBase } from '../../contract/workflow/index.ts';
import type { Tx } from '../../db/client.ts';
import { checkRoom, checkText } from '../../messaging/messages.ts';
import { businessOf, firstOf } from '../../messaging/outbox.ts';
import { ProblemError } from '../../errors.ts';
import { routesTo, type NoRoute, type Route } from '../../messaging/send-many.ts';
import { TemplateError } from '../templates/render.ts';
import { renderRuns } from '../templates/render-runs.ts';
import { scopesFor } from '../templates/scope.ts';
import type { Outcome, StepBatch, Way } from './step.ts';

export interface TextStep {
  /** Liquid; empty where the files speak for themselves. */
  body: string;
  assets: string[];
  sendAs: 'auto' | 'attachment' | 'link';
  sender: string | null;
  /** What its files must be, if anything. */
  only?: 'video' | 'document' | undefined;
}

/** How long a file that is still being made ready is waited for, between looks. */
const LOOK_AGAIN_MS = 60_000;
/** Characters that a link may take. */
const LINK = 100;

/** One outcome each. Reads a few statements, whatever the batch's size. */
export async function textEverybody<S extends StepBase>(
  batch: StepBatch<S>,
  text: TextStep,
): Promise<Outcome[]> {
  const { runs, tx, effects, definition, step } = batch;
  const { settings } = definition;
  const files = text.assets.length === 0 ? [] : await filesCalled(tx, text.assets);
  const unfit = unready(text.assets, files, batch.now) ?? wrongKind(text.only, files);
  if (unfit) return runs.map(() => unfit);

  const routes = await routesTo(
    tx,
    runs.map(({ contact }) => ({ contactId: contact.id, sender: text.sender })),
  );
  const ways = runs.map((run, nth) => ({ run, route: routes[nth]!, messageId: newId() }));
  const reachable = ways.filter(({ route }) => barred(route, settings.purpose) === null);
  let texts: ReturnType<typeof renderRuns>;
  try {
    const scopeOf = await scopesFor({ ...batch, step: step.id }, runs, [text.body]);
    texts = renderRuns(
      text.body,
      reachable.map(({ run }) => run),
      scopeOf,
      settings.missing_variable,
      reachable.map(({ messageId }) => messageId),
    );
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return runs.map(() => ({ fail: error.message, detail: { mend: error.mend } }));
  }
  const business = settings.purpose === 'marketing' ? await businessOf(tx) : undefined;
  /** Why a text cannot go as it is, with room for the links that come to it. */
  const unsendable = (words: string): string | null => {
    const body = words + ' '.repeat(files.length * LINK);
    try {
      checkText(words.trim() === '' ? words : body, files.length);
      checkRoom(body, firstOf({ purpose: settings.purpose, body }, business).first_body);
      return null;
    } catch (error) {
      if (error instanceof ProblemError) return error.message;
      throw error;
    }
  };
  let next = 0;
  return ways.map(({ run, route, messageId }): Outcome => {
    const bar = barred(route, settings.purpose);
    if (bar) return bar;
    const rendered = texts[next++]!;
    if ('outcome' in rendered) return rendered.outcome;
    const wrong = unsendable(rendered.text);
    if (wrong) return { fail: wrong };
    effects.text({
      enrollmentId: run.enrollmentId,
      contactId: run.contact.id,
      body: rendered.text,
      assets: files.map(({ id }) => id),
      sendAs: text.sendAs,
      sender: text.sender,
      purpose: settings.purpose,
      messageId,
      route: route as Route,
    });
    return { done: true, detail: { message_id: messageId } };
  });
}

const SKIPS: Record<NoRoute, SkipReason> = {
  not_found: 'no_address',
  no_address: 'no_address',
  no_sender: 'no_sender',
  opted_out: 'opted_out',
  suppressed: 'suppressed',
};

/** Why nobody is to be written to; null: nothing is in the way that is known now. */
export function barred(way: Way, purpose: string): Outcome | null {
  if ('not' in way) return { skip: SKIPS[way.not] };
  if (purpose !== 'marketing' || way.marketable === 'yes') return null;
  return { skip: 'no_consent', ...(way.marketable === 'muted' && { detail: { muted: true } }) };
}

export interface CalledFile {
  id: string;
  /** As the step calls it. */
  called: string;
  name: string;
  kind: string;
  state: string;
  reason: string | null;
}

/** Files by their keys or ids, in that order; what is not there is left out. */
export async function filesCalled({ sql, tenant }: Tx, called: readonly string[]): Promise<CalledFile[]> {
  const rows = await sql<(Omit<CalledFile, 'called'> & { key: string | null })[]>`
    select asset_id as id, key, name, kind, state, reason from assets
    where tenant_id = ${tenant} and deleted_at is null
      and (key = any(${[...called]}::text[]) or asset_id::text = any(${[...called]}::text[]))`;
  return called.flatMap((name) => {
    const row = rows.find(({ key, id }) => key === name || id === name);
    return row ? { ...row, called: name } : [];
  });
}

/** What becomes of a step with a file that is gone, refused, or not ready yet. */
export function unready(called: readonly string[], files: readonly CalledFile[], now: Date): Outcome | null {
  const gone = called.find((name) => !files.some((file) => file.called === name));
  if (gone !== undefined) return { skip: 'asset_deleted', detail: { asset: gone } };
  const refused = files.find(({ state }) => state === 'refused');
  if (refused)
    return { fail: `“${refused.name}” cannot be sent: ${refused.reason ?? 'the file was refused.'}` };
  const processing = files.find(({ state }) => state === 'processing');
  if (!processing) return null;
  const until = new Date(now.getTime() + LOOK_AGAIN_MS).toISOString();
  return { wait: { reason: 'asset', until, what: processing.called } };
}

function wrongKind(only: TextStep['only'], files: readonly CalledFile[]): Outcome | null {
  const wrong = only && files.find(({ kind }) => kind !== only);
  if (!wrong) return null;
  return { fail: `“${wrong.name}” is no ${only === 'video' ? 'video' : 'document'}.` };
}
