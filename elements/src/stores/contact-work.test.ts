import { describe, expect, it } from 'vitest';
import { createFakeClient, fakeId } from '../testing/index.ts';
import { ContactWorkStore } from './contact-work.ts';

const JOHN = fakeId('c', 0);

async function setUp() {
  const client = createFakeClient();
  const store = new ContactWorkStore(client, JOHN);
  client.feed.listen((signal) => signal.kind === 'event' && store.take(signal.event));
  await store.load();
  return { client, store };
}
const titles = ({ tasks }: ContactWorkStore) => tasks.map(({ title }) => title);
const texts = ({ notes }: ContactWorkStore) => notes.map(({ text }) => text);

describe('tasks and notes of a contact', () => {
  it('are written, ticked off, changed and deleted', async () => {
    const { store } = await setUp();
    await store.addTask('Call back', '2026-12-01');
    await store.addNote('One');
    await store.addNote('Two');
    expect([titles(store), texts(store)]).toEqual([['Call back'], ['Two', 'One']]);
    await store.complete(store.tasks[0]!.id);
    await store.editNote(store.notes[0]!.id, 'Three');
    await store.deleteNote(store.notes[1]!.id);
    expect([titles(store), texts(store)]).toEqual([[], ['Three']]);
  });

  it('come back when the server refuses, with the reason', async () => {
    const { client, store } = await setUp();
    await store.addTask('Call back', null);
    client.fail('updateTask', 'network', 1);
    const ticked = store.complete(store.tasks[0]!.id);
    expect(titles(store)).toEqual([]);
    expect(await ticked).toBe(false);
    expect([titles(store), store.changeError?.code]).toEqual([['Call back'], 'network']);
  });

  it('show what others write', async () => {
    const { client, store } = await setUp();
    await client.addNote(JOHN, { text: 'From elsewhere' });
    await new Promise((done) => setTimeout(done));
    expect(texts(store)).toEqual(['From elsewhere']);
  });
});
