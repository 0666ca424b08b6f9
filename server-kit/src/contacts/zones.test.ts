import { describe, expect, it } from 'vitest';
import { deriveZone, zoneOfAddress, zoneOfNumber } from './zones.ts';

const at = (state: string | null, postal_code: string | null = null, country: string | null = null) =>
  zoneOfAddress({ state, postal_code, country }, 'US');

describe('an address', () => {
  it.each([
    ['TX', null, null, 'America/Chicago'],
    ['TX', '79901', null, 'America/Denver'],
    ['texas', '75001-1234', null, 'America/Chicago'],
    [null, '79901', null, 'America/Denver'],
    ['FL', '32501', null, 'America/Chicago'],
    ['FL', '33101', null, 'America/New_York'],
    ['TN', '37902', 'US', 'America/New_York'],
    ['Idaho', '83814', null, 'America/Los_Angeles'],
    ['AZ', null, null, 'America/Phoenix'],
    [null, '00901', null, 'America/Puerto_Rico'],
    ['ON', null, null, 'America/Toronto'],
    [null, 'P9N 1A1', null, 'America/Winnipeg'],
    ['Saskatchewan', null, 'CA', 'America/Regina'],
    [null, 'A0P 1C0', 'CA', 'America/Goose_Bay'],
  ])('in %s %s %s is in %s, %s', (state, postal, country, zone) => {
    expect(at(state, postal, country)).toBe(zone);
  });

  it('elsewhere, or nowhere in particular, says nothing', () => {
    expect(at('Bayern', '80331', 'DE')).toBeNull();
    expect(at(null)).toBeNull();
    expect(at('Atlantis', 'none')).toBeNull();
    // a tenant in Germany: five digits are not a ZIP
    expect(zoneOfAddress({ state: null, postal_code: '80331', country: null }, 'DE')).toBeNull();
  });
});

describe('a number', () => {
  it.each([
    ['+13125550177', 'America/Chicago'],
    ['+12125550177', 'America/New_York'],
    ['+4930123456', 'Europe/Berlin'],
    // London, Jersey and Guernsey show the same time
    ['+442079460018', 'Europe/London'],
  ])('%s is in %s', async (number, zone) => {
    expect(await zoneOfNumber(number)).toBe(zone);
  });

  it('of no one place says nothing', async () => {
    expect(await zoneOfNumber('+18005550199')).toBeNull();
    expect(await zoneOfNumber('+18885550100')).toBeNull();
  });
});

it('the address counts before the number', async () => {
  const phone = '+12125550177';
  const nowhere = { postal_code: null, state: null, country: null };
  expect(await deriveZone({ ...nowhere, phone, state: 'CA' }, 'US')).toEqual({
    derived_zone: 'America/Los_Angeles',
    derived_zone_source: 'address',
  });
  expect(await deriveZone({ ...nowhere, phone }, 'US')).toEqual({
    derived_zone: 'America/New_York',
    derived_zone_source: 'number',
  });
  expect(await deriveZone({ ...nowhere, phone: null }, 'US')).toEqual({
    derived_zone: null,
    derived_zone_source: null,
  });
});
