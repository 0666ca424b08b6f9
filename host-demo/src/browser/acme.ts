/** Harbor Realty's own build of the elements: `<acme-inbox>` and its kin, and no other name anywhere. */
import { define } from '@patchbay/elements/define';

define({ prefix: 'acme' });
