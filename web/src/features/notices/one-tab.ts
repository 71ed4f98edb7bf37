/** Of several tabs one tells: the one that holds the lock. The others say whether somebody is looking at the conversation. */
import { paths } from "../../paths";

const LOCK = "chancery.notices";
const ANSWER_WITHIN_MS = 150;

type Word = { asks: string } | { sees: string };

export const isLookedAtHere = (conversationId: string): boolean =>
  document.visibilityState === "visible" && location.pathname === paths.conversation(conversationId);

export interface Tabs {
  /** Whether this is the tab that tells. */
  isTeller: () => boolean;
  /** Whether the conversation is before somebody's eyes, in this tab or in another one. */
  isLookedAt: (conversationId: string) => Promise<boolean>;
  leave: () => void;
}

export function joinTabs(): Tabs {
  // Locks exist on secure origins only, and so do notices: elsewhere every tab may think that it tells.
  let isTeller = !navigator.locks;
  let release = () => {};
  const given = new AbortController();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  navigator.locks
    ?.request(LOCK, { signal: given.signal }, () => {
      isTeller = true;
      return held;
    })
    .catch(() => undefined);

  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(LOCK);
  channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => {
    if ("asks" in data && isLookedAtHere(data.asks)) channel.postMessage({ sees: data.asks });
  });

  return {
    isTeller: () => isTeller,
    isLookedAt: async (id) => {
      if (isLookedAtHere(id)) return true;
      return channel ? isSeenElsewhere(channel, id) : false;
    },
    leave: () => {
      given.abort();
      release();
      isTeller = false;
      channel?.close();
    },
  };
}

function isSeenElsewhere(channel: BroadcastChannel, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const end = (isSeen: boolean) => {
      listening.abort();
      resolve(isSeen);
    };
    const hear = ({ data }: MessageEvent<Word>) => "sees" in data && data.sees === id && end(true);
    channel.addEventListener("message", hear, { signal: listening.signal });
    setTimeout(() => end(false), ANSWER_WITHIN_MS);
    channel.postMessage({ asks: id } satisfies Word);
  });
}
