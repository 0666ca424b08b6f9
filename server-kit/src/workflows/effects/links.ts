/**
 * Links that stand in texts which are being written. An address is drawn when a template asks for it, as it is part of the text, and
 * all of a batch are written at once.
 */
import type { KitContext } from '../../context.ts';
import type { MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { createLinks, drawCode, linkUrl, type NewLink } from '../../media/links.ts';
import type { OutgoingAssetLink, OutgoingShortLink } from '../engine/effects.ts';
import { createTracked, drawTracked, trackedUrl, type NewTracked } from '../links/tracked.ts';

export interface LinkBook {
  assetLink(link: OutgoingAssetLink): string;
  shortLink(link: OutgoingShortLink): string;
  /** Throws when one of the codes is taken by now, which happens once in a lifetime: the batch is done again. */
  write(tx: Tx): Promise<void>;
}

export function linkBook(
  context: Pick<KitContext, 'secret' | 'publicUrl'>,
  author: MemberRef | null,
): LinkBook {
  const ofAssets: NewLink[] = [];
  const short: NewTracked[] = [];
  return {
    assetLink({ contactId, assetId, messageId, linkDomain }) {
      const code = drawCode('page');
      ofAssets.push({ assetId, purpose: 'page', contactId, messageId, author, code });
      return linkUrl(context, linkDomain, code);
    },
    shortLink({ contactId, url, linkDomain, ...source }) {
      const code = drawTracked();
      short.push({
        code,
        url,
        contactId,
        source: {
          enrollment_id: source.enrollmentId,
          workflow_id: source.workflowId,
          step: source.step,
        },
      });
      return trackedUrl(context, linkDomain, code);
    },
    async write(tx) {
      await createLinks(tx, ofAssets.splice(0));
      await createTracked(tx, short.splice(0));
    },
  };
}
