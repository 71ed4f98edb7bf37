/** Listens to the list of conversations: counts what is unread, and tells of what came. Returns what ends it. */
import type { QueryClient } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import type { Conversation } from "../../api/types";
import { intlFor } from "../../i18n";
import { laterT } from "../../i18n/later";
import { currentLanguage } from "../settings/preferences";
import { type Arrival, arrivalsIn } from "./arrivals";
import { showUnread } from "./badge";
import { isMuted, onMutedChange } from "./muted";
import { joinTabs } from "./one-tab";
import { permission } from "./permission";
import { isWorthTelling, saidOf, type Words } from "./rules";
import { noticeSettings, setNotices } from "./settings";
import { closeRead, show } from "./show";
import { playTone } from "./tone";

export function words(): Words {
  const intl = intlFor(currentLanguage());
  return {
    product: "Chancery",
    newMessage: laterT("notices.newMessage"),
    unnamed: intl.formatMessage({ id: "conversation.unnamed" }),
    files: (count) => intl.formatMessage({ id: "files.brought" }, { count }),
  };
}

export function watch(client: QueryClient, myId: string): () => void {
  const read = () => client.getQueryData<Conversation[]>(keys.conversations);
  const tabs = joinTabs();
  let known = read();

  const count = () => {
    const heard = (read() ?? []).filter((one) => !isMuted(one.id));
    showUnread(heard.reduce((sum, one) => sum + one.unread_count, 0));
  };
  const tell = async (arrival: Arrival) => {
    const settings = noticeSettings();
    if (!tabs.isTeller() || !isWorthTelling(arrival, { settings, myId, isMuted, now: new Date() })) return;
    const { id } = arrival.conversation;
    if (await tabs.isLookedAt(id)) return;
    if (permission() === "default" && document.hidden && settings.offer === "none")
      setNotices({ offer: "due" });
    show(saidOf(arrival, settings.hidesContent, words()), id);
    if (settings.hasSound) playTone();
  };
  const look = () => {
    const list = read();
    if (!list || list === known) return;
    const arrivals = known ? arrivalsIn(known, list) : [];
    known = list;
    count();
    closeRead((id) => list.find((one) => one.id === id)?.unread_count === 0);
    for (const arrival of arrivals) void tell(arrival);
  };

  count();
  const ends = [
    client.getQueryCache().subscribe(({ type, query }) => {
      if (type === "updated" && query.queryKey[0] === keys.conversations[0]) look();
    }),
    onMutedChange(count),
    tabs.leave,
    () => showUnread(0),
    // What they say is not for whoever signs in next.
    () => closeRead(() => true),
  ];
  return () => {
    for (const end of ends) end();
  };
}
