import { EnrollmentStatus } from './elements/enrollment-status/enrollment-status.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, EnrollmentStatus]);

export { EnrollmentStatus };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-enrollment-status': EnrollmentStatus;
  }
}
