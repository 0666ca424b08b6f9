/**
 * Where a story stands: a provider with a fake client, in a frame of a certain size. What differs from story to story is
 * said in `parameters.stage`; what a reader may change is in Storybook's toolbar.
 */
import type { Decorator, Preview } from '@storybook/web-components-vite';
import type { Density, Theme } from '@patchbay/elements';
import {
  createFakeClient,
  HARBOR_BRAND,
  type FakeClient,
  type FakeOptions,
} from '@patchbay/elements/testing';
import '@patchbay/elements/provider';
import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { styleMap } from 'lit/directives/style-map.js';

export interface Stage {
  /** What the fake client holds. */
  fake?: FakeOptions;
  /** Runs before anything is drawn, to make the client fail, fall silent or hold something unusual. */
  before?: (client: FakeClient) => void;
  /** In px. Default: as wide as there is room. */
  width?: number;
  /** In px. Default 720. */
  height?: number;
  theme?: Theme;
  density?: Density;
  locale?: string;
  brand?: NonNullable<FakeOptions['brand']>;
}

/** What the toolbar's switches may say; empty means that the story decides. */
interface Switches {
  theme?: Theme | '';
  brand?: 'harbor' | '';
  density?: Density | '';
  locale?: string;
}

export const toolbar: NonNullable<Preview['globalTypes']> = {
  theme: {
    description: 'Theme',
    toolbar: {
      title: 'Theme',
      icon: 'contrast',
      dynamicTitle: true,
      items: [
        { value: '', title: 'Theme of the story' },
        { value: 'light', title: 'Light' },
        { value: 'dark', title: 'Dark' },
      ],
    },
  },
  brand: {
    description: 'Brand',
    toolbar: {
      title: 'Brand',
      icon: 'paintbrush',
      dynamicTitle: true,
      items: [
        { value: '', title: 'Brand of the story' },
        { value: 'harbor', title: 'Harbor Realty' },
      ],
    },
  },
  density: {
    description: 'Density',
    toolbar: {
      title: 'Density',
      icon: 'component',
      dynamicTitle: true,
      items: [
        { value: '', title: 'Density of the story' },
        { value: 'comfortable', title: 'Comfortable' },
        { value: 'compact', title: 'Compact' },
      ],
    },
  },
  locale: {
    description: 'Language',
    toolbar: {
      title: 'Language',
      icon: 'globe',
      dynamicTitle: true,
      items: [
        { value: '', title: 'Language of the story' },
        { value: 'en', title: 'English' },
        { value: 'ar', title: 'العربية' },
      ],
    },
  },
};

interface Context {
  parameters: { stage?: Stage };
}

/** One fake client per story, ready before it is drawn; `play` gets the same one. */
export function loadClient({ parameters: { stage = {} } }: Context): { client: FakeClient } {
  const client = createFakeClient({ ...(stage.brand && { brand: stage.brand }), ...stage.fake });
  stage.before?.(client);
  return { client };
}

export const onStage: Decorator = (story, { parameters, globals, loaded, id }) => {
  const stage = (parameters['stage'] ?? {}) as Stage;
  const switches = globals as Switches;
  const theme = (switches.theme || stage.theme) ?? 'light';
  const density = switches.density || stage.density;
  const locale = switches.locale || stage.locale;
  const brand = switches.brand === 'harbor' ? HARBOR_BRAND : undefined;
  const frame = {
    'box-sizing': 'border-box',
    'font-family': 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
    'font-size': '14px',
    'color-scheme': theme === 'auto' ? 'light dark' : theme,
    background: 'Canvas',
    color: 'CanvasText',
    width: stage.width === undefined ? '100%' : `${stage.width}px`,
    'max-width': '100%',
    height: `${stage.height ?? 720}px`,
  };
  // A new provider for every story, as no two share a client.
  return html`${keyed(
    id,
    html`<div
      class="stage"
      style=${styleMap(frame)}
      lang=${locale ?? 'en'}
      dir=${locale?.startsWith('ar') ? 'rtl' : 'ltr'}
    >
      <patchbay-provider
        .client=${(loaded as { client: FakeClient }).client}
        .brand=${brand}
        theme=${theme}
        density=${density ?? nothing}
        locale=${locale ?? nothing}
        >${story()}</patchbay-provider
      >
    </div>`,
  )}`;
};
