/** The stores of conversations, for whoever imports this: it is a side effect, and package.json says so. */
import { ConversationCache } from './cache.ts';
import { ConversationsStore } from './conversations.ts';
import { DraftsStore } from './drafts.ts';
import { provideMessaging } from './stores.ts';
import { UnreadStore } from './unread.ts';

provideMessaging((stores) => {
  const { client, session, storage } = stores;
  const cache = new ConversationCache(client, (id) => session.me?.members.find((member) => member.id === id));
  const conversations = new ConversationsStore({ client, cache, memberId: () => session.me?.member.id });
  const unread = new UnreadStore(client, cache);
  const drafts = new DraftsStore(storage, () => stores.scope);
  return {
    cache,
    conversations,
    unread,
    drafts,
    start() {
      const stop = drafts.watch();
      return () => {
        stop();
        conversations.dispose();
        unread.dispose();
      };
    },
    settle: () => drafts.settle(),
    reload() {
      conversations.reload();
      unread.reload();
      cache.recover();
    },
    recover() {
      conversations.recover();
      unread.recover();
      cache.recover();
    },
    take({ conversation, type }) {
      if (conversation) {
        cache.put(conversation);
        conversations.recount();
        unread.recount();
      }
      // whose conversation it was is gone or somebody else's: what is listed is asked for again
      if (/^contact\.(deleted|merged|unmerged)$/.test(type)) {
        conversations.reload();
        unread.reload();
      }
    },
  };
});
