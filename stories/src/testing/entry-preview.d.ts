/** Storybook exports this module without declarations. */
declare module '@storybook/web-components/entry-preview' {
  import type { WebComponentsRenderer } from '@storybook/web-components-vite';
  import type { ArgsStoryFn, RenderContext } from 'storybook/internal/types';

  export const render: ArgsStoryFn<WebComponentsRenderer>;
  export function renderToCanvas(
    context: RenderContext<WebComponentsRenderer>,
    canvasElement: HTMLElement,
  ): Promise<void>;
}
