import type { StorybookConfig } from '@storybook/web-components-vite';
import { mergeConfig } from 'vite';

export default {
  framework: '@storybook/web-components-vite',
  stories: ['../src/**/*.stories.ts'],
  staticDirs: ['../public'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y'],
  previewAnnotations: ['./.storybook/manifest.ts'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  viteFinal: (config) =>
    mergeConfig(config, {
      // Our packages by their sources: docs/decisions/0003.
      resolve: { conditions: ['patchbay-source', 'module', 'browser', 'development|production'] },
      // Storybook's own chunks are large, and that says nothing about the elements: see .size-limit.json.
      build: { chunkSizeWarningLimit: 5_000 },
    }),
} satisfies StorybookConfig;
