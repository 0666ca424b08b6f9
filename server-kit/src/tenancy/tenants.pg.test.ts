import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SetupError } from '../errors.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

const senders = () =>
  kit.admin(
    `select address, is_default, status, name from senders where tenant_id = 'alpha' order by address`,
  );

describe('tenants.upsert', () => {
  it('leaves what is not named as it is', async () => {
    await kit.kit.tenants.upsert({
      id: 'alpha',
      name: 'New name',
      settings: { keyword_replies: { stop: 'Bye.' } },
    });
    await kit.kit.tenants.upsert({ id: 'alpha', name: 'Newer name' });
    const [row] = await kit.admin(`select name, time_zone, settings from tenants where tenant_id = 'alpha'`);
    expect(row).toEqual({
      name: 'Newer name',
      time_zone: 'America/Chicago',
      settings: { keyword_replies: { stop: 'Bye.' } },
    });
  });

  it.each([
    [{ id: 'a b', name: 'x' }, /tenant's id/],
    [{ id: 'x', name: ' ' }, /name/],
    [{ id: 'x', name: 'x', timeZone: 'Chicago' }, /IANA/],
    [{ id: 'x', name: 'x', defaultRegion: 'USA' }, /ISO 3166/],
    [{ id: 'x', name: 'x', brand: { tokens: 7 } }, /brand\.tokens/],
  ])('says what is wrong with %j', async (options, words) => {
    await expect(kit.kit.tenants.upsert(options as never)).rejects.toThrow(words);
  });
});

describe('tenants.addSender', () => {
  it('may be repeated, and changes what it is told', async () => {
    const again = await kit.kit.tenants.addSender({
      tenant: 'alpha',
      address: '(312) 555-0100',
      name: 'Front desk',
    });
    expect(again).toBe(kit.a.senderId);
    expect(await senders()).toEqual([
      { address: '+13125550100', is_default: true, status: 'active', name: 'Front desk' },
    ]);
  });

  it('hands the default on', async () => {
    await kit.kit.tenants.addSender({ tenant: 'alpha', address: '+13125550101' });
    expect((await senders()).map((row) => row.is_default)).toEqual([true, false]);
    await kit.kit.tenants.addSender({ tenant: 'alpha', address: '+13125550101', isDefault: true });
    expect((await senders()).map((row) => row.is_default)).toEqual([false, true]);
  });

  it('refuses a number that another tenant has, and leaves nothing behind', async () => {
    const claim = kit.kit.tenants.addSender({ tenant: 'alpha', address: kit.b.address });
    await expect(claim).rejects.toThrow(SetupError);
    await expect(claim).rejects.toThrow(/another tenant/);
    expect((await senders()).map((row) => row.address)).not.toContain(kit.b.address);
  });

  it.each([
    [{ tenant: 'nobody', address: '+13125550199' }, /no tenant "nobody"/],
    [{ tenant: 'alpha', address: 'hello' }, /not a phone number/],
  ])('says what is wrong with %j', async (options, words) => {
    await expect(kit.kit.tenants.addSender(options)).rejects.toThrow(words);
  });
});
