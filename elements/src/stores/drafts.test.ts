import { describe, expect, it } from 'vitest';
import { DraftsStore } from './drafts.ts';
import { safeStorage } from './storage.ts';

function memoryStorage(): Storage {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (i) => [...map.keys()][i] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    clear: () => map.clear(),
  };
}

describe('drafts', () => {
  it('survive a reload, per member', () => {
    const disk = memoryStorage();
    new DraftsStore(
      safeStorage(() => disk),
      () => 'harbor:u1',
    ).set('c1', 'Half a sen');
    expect(
      new DraftsStore(
        safeStorage(() => disk),
        () => 'harbor:u1',
      ).get('c1'),
    ).toBe('Half a sen');
    expect(
      new DraftsStore(
        safeStorage(() => disk),
        () => 'harbor:u2',
      ).get('c1'),
    ).toBe('');
  });

  it('are gone when cleared', () => {
    const disk = memoryStorage();
    const drafts = new DraftsStore(
      safeStorage(() => disk),
      () => 'harbor:u1',
    );
    drafts.set('c1', 'Hello');
    drafts.clear('c1');
    expect(drafts.get('c1')).toBe('');
    expect(disk.length).toBe(0);
  });

  it('typed before the member is known are filed under the member later', () => {
    const disk = memoryStorage();
    let scope = '';
    const drafts = new DraftsStore(
      safeStorage(() => disk),
      () => scope,
    );
    drafts.set('c1', 'Early');
    expect(drafts.get('c1')).toBe('Early');
    expect(disk.length).toBe(0);
    scope = 'harbor:u1';
    drafts.settle();
    expect(drafts.get('c1')).toBe('Early');
    expect(disk.length).toBe(1);
  });

  it('work in memory where storage throws', () => {
    const drafts = new DraftsStore(
      safeStorage(() => {
        throw new DOMException('denied', 'SecurityError');
      }),
      () => 'harbor:u1',
    );
    drafts.set('c1', 'Hello');
    expect(drafts.get('c1')).toBe('Hello');
  });

  it('keep of their files the ids and the names, and nothing else', () => {
    const disk = memoryStorage();
    const drafts = () =>
      new DraftsStore(
        safeStorage(() => disk),
        () => 'harbor:u1',
      );
    const file = { id: 'f1', name: 'Tour', url: 'https://harbor.video/m/1' };
    drafts().setFiles('c1', [file]);
    expect(drafts().files('c1')).toEqual([{ id: 'f1', name: 'Tour' }]);
    expect(drafts().files('c2')).toEqual([]);
    expect(drafts().saying('c1')).toBe('Tour');
    drafts().set('c1', 'Look');
    expect(drafts().saying('c1')).toBe('Look');
    drafts().clear('c1');
    expect(drafts().files('c1')).toEqual([]);
    expect(disk.length).toBe(0);
  });

  it('have files that were attached before the member was known', () => {
    const disk = memoryStorage();
    let scope = '';
    const drafts = new DraftsStore(
      safeStorage(() => disk),
      () => scope,
    );
    drafts.setFiles('c1', [{ id: 'f1', name: 'Tour' }]);
    expect(drafts.files('c1')).toHaveLength(1);
    scope = 'harbor:u1';
    drafts.settle();
    expect(drafts.files('c1')).toEqual([{ id: 'f1', name: 'Tour' }]);
  });

  it('have no files when what is kept cannot be read', () => {
    const disk = memoryStorage();
    disk.setItem('pb:draft:harbor:u1:c1:files', '{"id":1');
    disk.setItem('pb:draft:harbor:u1:c2:files', '[{"id":"f2"},{"id":"f1","name":"Tour"}]');
    const drafts = new DraftsStore(
      safeStorage(() => disk),
      () => 'harbor:u1',
    );
    expect([drafts.files('c1'), drafts.files('c2')]).toEqual([[], [{ id: 'f1', name: 'Tour' }]]);
  });
});
