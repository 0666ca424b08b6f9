import { FALLBACK_VIDEO_WORDS } from '../../contract/index.ts';
import { sendVideo as kind } from '../../contract/workflow/steps/send-video.ts';
import type { Tx } from '../../db/client.ts';
import { defineStep } from './step.ts';
import { textEverybody } from './texts.ts';

export const sendVideo = defineStep(kind, async (batch) => {
  const { video, body } = batch.step;
  return textEverybody(batch, {
    body: body ?? (await usualWords(batch.tx)),
    assets: [video],
    sendAs: 'auto',
    sender: null,
    only: 'video',
  });
});

/** What the account says with a video. It is no template: what looks like one is meant so. */
async function usualWords({ sql, tenant }: Tx): Promise<string> {
  const [row] = await sql<{ words: string | null }[]>`
    select settings ->> 'video_words' as words from tenants where tenant_id = ${tenant}`;
  return row?.words ? `{% raw %}${row.words.replaceAll('{% endraw', '')}{% endraw %}` : FALLBACK_VIDEO_WORDS;
}
