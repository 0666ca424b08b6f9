import type { Session } from '../tenancy/tokens.ts';

/** What the middleware of `app.ts` leaves for the routes. */
export interface AppEnv {
  Variables: {
    /** Who asks. Set on every route but the public ones. */
    session: Session;
    /** Short id of this request, as in the log and in the answer of an unexpected error. */
    requestId: string;
  };
}
