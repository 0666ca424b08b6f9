/** What axe has against a page (or a frame of it), in lines that name rule and place. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Axe {
  run(
    options: object,
  ): Promise<{ violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] }>;
}

export async function complaints(place: Page | Frame): Promise<string[]> {
  await place.evaluate(AXE);
  const isFrame = 'parentFrame' in place;
  return place.evaluate(async (framed) => {
    const { axe } = globalThis as unknown as { axe: Axe };
    // frames are looked at one by one; the first heading is the business of the page around them
    const rules = framed ? { 'page-has-heading-one': { enabled: false } } : {};
    const { violations } = await axe.run({ iframes: false, rules });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id} at ${JSON.stringify(target)}: ${failureSummary ?? ''}`,
      ),
    );
  }, isFrame);
}
