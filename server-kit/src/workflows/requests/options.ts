/** What the host says about requests to other systems. */
import { isPrivateHost } from '../../net/addresses.ts';
import type { Reach } from '../../net/request.ts';
import { SetupError } from '../../errors.ts';
import type { MessengerAdapter } from '../messenger/adapter.ts';

export interface RequestOptions {
  /**
   * Hosts that steps of workflows may ask, as `hooks.example.com` or `*.example.com`. Default: any on the Internet. Addresses of
   * this machine and its network are never asked, whatever stands here.
   */
  allow?: string[];
}

/** As `kit.ts` hands it to whoever sends. */
export interface Outside {
  reach: Reach;
  messenger: MessengerAdapter | null;
}

/** Throws `SetupError`. */
export function checkedOutside(
  options: RequestOptions | undefined,
  messenger: MessengerAdapter | undefined,
): Outside {
  const allow = options?.allow ?? null;
  for (const host of allow ?? []) {
    const name = host.replace(/^\*\./, '');
    const url = URL.parse(`https://${name}`);
    if (!url || url.host !== name.toLowerCase() || isPrivateHost(url.hostname)) {
      throw new SetupError(
        `requests.allow: "${host}" is no public host. Write it without scheme and path, as hooks.example.com.`,
      );
    }
  }
  return { reach: { allow }, messenger: messenger ?? null };
}
