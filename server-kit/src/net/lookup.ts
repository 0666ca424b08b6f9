/**
 * Names are checked as they are resolved for the connection itself, so that a name cannot be one address when asked and another
 * when called.
 */
import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPrivate } from './addresses.ts';

type Resolve = (
  name: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/** A lookup that finds no address that is inside. Tests bring their own names and insides. */
export function lookupOutside(
  isInside: (address: string) => boolean = isPrivate,
  resolve: Resolve = lookup,
): LookupFunction {
  return (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const inside = found.find(({ address }) => isInside(address));
      if (inside || found.length === 0)
        return callback(
          new Error(`${name} is ${inside?.address ?? 'nowhere'}, which is not followed.`),
          '',
          0,
        );
      if (options.all) return callback(null, found);
      return callback(null, found[0]!.address, found[0]!.family);
    });
  };
}

export const publicLookup = lookupOutside();
