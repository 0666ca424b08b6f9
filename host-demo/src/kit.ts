/** The server kit as this host sets it up: the ten lines that a host writes. */
import { createServerKit, type ServerKit } from '@patchbay/server-kit';
import { twilioCarrier } from '@patchbay/server-kit/twilio';
import { DEFAULT_ACCOUNT } from '@patchbay/carrier-sandbox';

export interface KitWish {
  port: number;
  databaseUrl: string;
  secret: string;
  /** Where the stand-in for Twilio answers. A host in production leaves it out. */
  carrierUrl: string;
  /** Where videos and files are kept. */
  mediaFolder: string;
  /** The seed tells the time itself. */
  clock?: () => Date;
}

export const publicUrl = (port: number): string => `http://127.0.0.1:${port}/crm`;

export function portalKit({ port, databaseUrl, secret, carrierUrl, mediaFolder, clock }: KitWish): ServerKit {
  return createServerKit({
    database: databaseUrl,
    publicUrl: publicUrl(port),
    secret,
    carrier: twilioCarrier({
      accountSid: DEFAULT_ACCOUNT.sid,
      authToken: DEFAULT_ACCOUNT.authToken,
      baseUrl: carrierUrl,
    }),
    media: { storage: { folder: mediaFolder } },
    ...(clock && { clock, live: false }),
  });
}
