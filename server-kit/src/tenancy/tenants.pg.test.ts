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

describe('members and forwarding', () => {
  const tenant = 'alpha';
  const phoneOf = async (id: string) =>
    (
      await kit.admin('select phone, role from members where tenant_id = $1 and member_id = $2', [tenant, id])
    )[0];

  it('a member has the phone that the host says, until it says another one or none', async () => {
    const { addMember } = kit.kit.tenants;
    await addMember({ tenant, id: 'ana', name: 'Ana', role: 'manager', phone: '(312) 555-0111' });
    await addMember({ tenant, id: 'ana', name: 'Ana R.' });
    expect(await phoneOf('ana')).toEqual({ phone: '+13125550111', role: 'manager' });
    await addMember({ tenant, id: 'ana', name: 'Ana R.', phone: null });
    expect(await phoneOf('ana')).toEqual({ phone: null, role: 'manager' });
    await expect(addMember({ tenant, id: 'ana', name: 'Ana', phone: 'hello' })).rejects.toThrow(
      /not a phone/,
    );
    await expect(addMember({ tenant: 'nobody', id: 'x', name: 'X' })).rejects.toThrow(/no tenant "nobody"/);
  });

  it('a number forwards where the host says, and never to itself', async () => {
    const { addSender } = kit.kit.tenants;
    const { address } = kit.a;
    const forward = async () =>
      (
        await kit.admin('select forward_to from senders where tenant_id = $1 and address = $2', [
          tenant,
          address,
        ])
      )[0];
    await addSender({ tenant, address, forwardTo: '312 555 0199' });
    await addSender({ tenant, address });
    expect(await forward()).toEqual({ forward_to: '+13125550199' });
    await expect(addSender({ tenant, address, forwardTo: address })).rejects.toThrow(/itself/);
    await addSender({ tenant, address, forwardTo: null });
    expect(await forward()).toEqual({ forward_to: null });
  });
});
