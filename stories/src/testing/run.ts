/**
 * Every story is a test: it renders, its `play` passes, and axe finds nothing in what it shows. The browser test runner
 * calls this for each story file (see web-test-runner.config.mjs).
 */
import { setViewport } from '@web/test-runner-commands';
import axe from 'axe-core';
import { composeStories, setProjectAnnotations } from 'storybook/preview-api';
import * as renderer from '@storybook/web-components/entry-preview';
import preview from '../../.storybook/preview.ts';

interface RunnableStory {
  storyName: string;
  parameters: { a11y?: { test?: string; config?: { rules?: { id: string; enabled: boolean }[] } } };
  run(context: { canvasElement: HTMLElement }): Promise<void>;
}

type StoryModule = Parameters<typeof composeStories>[0];

const project = setProjectAnnotations([renderer, preview]);

/** Declares one test per story of a module. */
export function testStories(module: StoryModule): void {
  const stories = composeStories(module, project) as unknown as Record<string, RunnableStory>;
  describe(module.default.title ?? '', () => {
    // Wide enough for an inbox of three columns; narrower is for each story to say.
    before(() => setViewport({ width: 1280, height: 800 }));

    for (const story of Object.values(stories)) {
      it(story.storyName, async function () {
        this.timeout(20_000);
        const canvasElement = document.createElement('div');
        document.body.append(canvasElement);
        try {
          await story.run({ canvasElement });
          await expectAccessible(canvasElement, story);
        } finally {
          canvasElement.remove();
        }
      });
    }
  });
}

/** WCAG 2.2 AA, as far as a machine can tell. A story may name a rule that it breaks on purpose, as in Storybook. */
async function expectAccessible(canvasElement: HTMLElement, story: RunnableStory): Promise<void> {
  const rules = Object.fromEntries(
    (story.parameters.a11y?.config?.rules ?? []).map(({ id, enabled }) => [id, { enabled }]),
  );
  // What is still fading in has not got its colours yet.
  await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
  const { violations } = await axe.run(canvasElement, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, ...rules },
  });
  if (violations.length === 0) return;
  const lines = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n  at ${node.target.join(' ')}\n  ${node.failureSummary ?? ''}`),
  );
  throw new Error(`axe found ${lines.length} faults:\n${lines.join('\n')}`);
}
