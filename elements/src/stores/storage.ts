/**
 * localStorage that never throws: private windows, a full disk and sandboxed frames all make the real one throw, and
 * losing a draft at the next reload is better than losing the composer now.
 */
export interface SafeStorage {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
  keys(prefix: string): string[];
  /** Tells of changes made in other tabs. */
  watch(listener: (key: string, value: string | null) => void): () => void;
}

export function safeStorage(backing: () => Storage | undefined = browserStorage): SafeStorage {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      const storage = backing();
      return storage === undefined ? otherwise : use(storage);
    } catch {
      return otherwise; // Refused or full: memory alone carries on.
    }
  };
  return {
    get: (key) => attempt((storage) => storage.getItem(key), null) ?? memory.get(key) ?? null,
    set(key, value) {
      if (value === null) {
        memory.delete(key);
        attempt((storage) => storage.removeItem(key), undefined);
      } else {
        memory.set(key, value);
        attempt((storage) => storage.setItem(key, value), undefined);
      }
    },
    keys(prefix) {
      const stored = attempt(
        (storage) => Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? ''),
        [],
      );
      return [...new Set([...stored, ...memory.keys()])].filter((key) => key.startsWith(prefix));
    },
    watch(listener) {
      if (typeof window === 'undefined') return () => undefined;
      const heard = ({ key, newValue }: StorageEvent) => {
        if (key === null) return;
        if (newValue === null) memory.delete(key);
        else memory.set(key, newValue);
        listener(key, newValue);
      };
      window.addEventListener('storage', heard);
      return () => window.removeEventListener('storage', heard);
    },
  };
}

function browserStorage(): Storage | undefined {
  return typeof window === 'undefined' ? undefined : window.localStorage;
}
