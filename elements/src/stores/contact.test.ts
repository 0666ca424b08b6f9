import { describe, expect, it } from 'vitest';
import { createFakeClient, fakeId } from '../testing/index.ts';
import { ContactStore } from './contact.ts';

async function setUp() {
  const client = createFakeClient();
  const store = new ContactStore(client, fakeId('c', 0));
  await store.load();
  return { client, store };
}

describe('a contact', () => {
  it('shows a change at once and sends the version that it was made from', async () => {
    const { client, store } = await setUp();
    const saving = store.update({ first_name: 'Johnny' });
    expect(store.contact?.name).toBe('Johnny Smith');
    expect(await saving).toBe(true);
    expect(client.calls.at(-1)).toMatchObject({
      method: 'updateContact',
      args: [fakeId('c', 0), { first_name: 'Johnny' }, 1],
    });
    expect(store.contact?.version).toBe(2);
  });

  it('goes back to what it was when the server refuses', async () => {
    const { client, store } = await setUp();
    client.fail('updateContact', 'network', 1);
    expect(await store.update({ first_name: 'Johnny' })).toBe(false);
    expect(store.contact?.first_name).toBe('John');
    expect(store.saveError?.code).toBe('network');
  });

  it('shows the other hand when somebody else was faster', async () => {
    const { client, store } = await setUp();
    await client.updateContact(fakeId('c', 0), { stage: 'Won' }, 1);
    expect(await store.update({ stage: 'Lost' })).toBe(false);
    expect(store.saveError?.code).toBe('edited_elsewhere');
    expect(store.contact?.stage).toBe('Won');
  });

  it('adds a tag once and takes it away', async () => {
    const { store } = await setUp();
    await store.addTag('  VIP ');
    await store.addTag('VIP');
    expect(store.contact?.tags.filter((tag) => tag === 'VIP')).toHaveLength(1);
    await store.removeTag('VIP');
    expect(store.contact?.tags).not.toContain('VIP');
  });

  it('records consent with its wording', async () => {
    const { store } = await setUp();
    await store.recordConsent({ channel: 'sms', action: 'withdraw', wording: 'please stop' });
    expect(store.contact?.consent[0]?.state).toBe('withdrawn');
    expect(store.consent?.[0]).toMatchObject({ action: 'withdraw', wording: 'please stop' });
  });
});
