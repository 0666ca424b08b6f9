import type { Preview } from '@storybook/web-components-vite';
import { loadClient, onStage, toolbar } from '../src/support/stage.ts';

export default {
  tags: ['autodocs'],
  loaders: [loadClient],
  decorators: [onStage],
  globalTypes: toolbar,
  initialGlobals: { theme: '', brand: '', density: '', locale: '' },
  parameters: {
    layout: 'fullscreen',
    controls: { expanded: true },
    // The same rules as in the tests: see src/testing/run.ts.
    a11y: { test: 'error' },
    docs: { story: { inline: true, height: '720px' } },
  },
} satisfies Preview;
