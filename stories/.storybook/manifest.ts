/** Controls and documentation pages come from the elements' own descriptions; `npm run manifest` writes them. */
import { setCustomElementsManifest } from '@storybook/web-components-vite';
import manifest from '@patchbay/elements/custom-elements.json' with { type: 'json' };

setCustomElementsManifest(manifest);
