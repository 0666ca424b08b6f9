import type { Answering, DeliverySwitch, Phone } from './records.ts';
import { nationalFormat } from './numbers.ts';

export const DEFAULT_DELIVERY: DeliverySwitch = { mode: 'deliver', errorCode: null };

/** It rings until somebody picks up. */
export const DEFAULT_ANSWERING: Answering = { mode: 'ring', answeredBy: null };

/** A phone follows the sandbox's own delivery switch until it is given one. */
export function newPhone(number: string, now: number, name = nationalFormat(number)): Phone {
  return { number, name, delivery: { ...DEFAULT_DELIVERY }, createdAt: now };
}
