/**
 * The carrier's memory: accounts, numbers, services, phones, refusals and messages, each found by its key.
 *
 * Every change goes through `put` or `drop`, which tell the listeners: the journal writes it down, the feed shows it.
 * Records are changed in place and put again; there is one writer, so nothing else is needed.
 */
import { createMessageIndex, type MessageIndex } from './message-index.ts';
import type { Account, Call, Message, OptOut, OwnedNumber, Phone, Service } from './records.ts';

export interface Kinds {
  account: Account;
  number: OwnedNumber;
  service: Service;
  phone: Phone;
  optout: OptOut;
  message: Message;
  call: Call;
}
export type Kind = keyof Kinds;

export interface Change {
  kind: Kind;
  id: string;
  /** null when the record is gone. */
  record: Kinds[Kind] | null;
}

export interface Store {
  accounts: Map<string, Account>;
  numbers: Map<string, OwnedNumber>;
  services: Map<string, Service>;
  phones: Map<string, Phone>;
  optouts: Map<string, OptOut>;
  messages: MessageIndex;
  /** Oldest first. */
  calls: Map<string, Call>;
  /** The owned number of that telephone number. */
  numberOf(phoneNumber: string): OwnedNumber | undefined;
  /** The service whose pool holds the number with that sid. */
  serviceOf(numberSid: string): Service | undefined;
  nextSeq(): number;
  put<K extends Kind>(kind: K, record: Kinds[K]): void;
  drop(kind: Kind, id: string): void;
  onChange(listener: (change: Change) => void): () => void;
  /** Forgets everything, without telling the listeners record by record. */
  clear(): void;
}

export const optOutId = (accountSid: string, scope: string, phone: string): string =>
  `${accountSid} ${scope} ${phone}`;

function recordId(kind: Kind, record: Kinds[Kind]): string {
  if (kind === 'phone') return (record as Phone).number;
  if (kind === 'optout') {
    const optout = record as OptOut;
    return optOutId(optout.accountSid, optout.scope, optout.phone);
  }
  return (record as Account | OwnedNumber | Service | Message | Call).sid;
}

export function createStore(): Store {
  const accounts = new Map<string, Account>();
  const numbers = new Map<string, OwnedNumber>();
  const services = new Map<string, Service>();
  const phones = new Map<string, Phone>();
  const optouts = new Map<string, OptOut>();
  const messages = createMessageIndex();
  const calls = new Map<string, Call>();
  const byPhoneNumber = new Map<string, OwnedNumber>();
  const poolOf = new Map<string, Service>();
  const listeners = new Set<(change: Change) => void>();
  let seq = 0;

  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };

  function indexPools(): void {
    poolOf.clear();
    for (const service of services.values()) for (const { sid } of service.senders) poolOf.set(sid, service);
  }

  function putMessage(message: Message): void {
    if (messages.get(message.sid)) return;
    seq = Math.max(seq, message.seq);
    messages.add(message);
  }

  return {
    accounts,
    numbers,
    services,
    phones,
    optouts,
    messages,
    calls,
    numberOf: (phoneNumber) => byPhoneNumber.get(phoneNumber),
    serviceOf: (numberSid) => poolOf.get(numberSid),
    nextSeq: () => ++seq,
    put(kind, record) {
      const id = recordId(kind, record);
      if (kind === 'message') putMessage(record as Message);
      else if (kind === 'call') {
        seq = Math.max(seq, (record as Call).seq);
        calls.set(id, record as Call);
      } else if (kind === 'account') accounts.set(id, record as Account);
      else if (kind === 'phone') phones.set(id, record as Phone);
      else if (kind === 'optout') optouts.set(id, record as OptOut);
      else if (kind === 'service') {
        services.set(id, record as Service);
        indexPools();
      } else {
        const number = record as OwnedNumber;
        numbers.set(id, number);
        byPhoneNumber.set(number.phoneNumber, number);
      }
      tell({ kind, id, record });
    },
    drop(kind, id) {
      if (kind === 'message') {
        const message = messages.get(id);
        if (message) messages.remove(message);
      } else if (kind === 'number') {
        const number = numbers.get(id);
        if (number) byPhoneNumber.delete(number.phoneNumber);
        numbers.delete(id);
      } else if (kind === 'service') {
        services.delete(id);
        indexPools();
      } else if (kind === 'account') accounts.delete(id);
      else if (kind === 'phone') phones.delete(id);
      else if (kind === 'call') calls.delete(id);
      else optouts.delete(id);
      tell({ kind, id, record: null });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      for (const held of [accounts, numbers, services, phones, optouts, calls, byPhoneNumber, poolOf])
        held.clear();
      messages.clear();
      seq = 0;
    },
  };
}
