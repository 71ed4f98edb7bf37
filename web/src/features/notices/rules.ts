/** Whether somebody is told of a message, and what a notice says. Pure. */
import { isOpen } from "../../ui/label";
import type { Arrival } from "./arrivals";
import type { NoticeSettings } from "./settings";

const LONGEST = 120;

export interface Said {
  title: string;
  body: string;
}

export interface Words {
  product: string;
  newMessage: string;
  unnamed: string;
  files: (count: number) => string;
}

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
};

/** Also over midnight. From and until the same moment is no time at all. */
export function isQuiet(settings: NoticeSettings, now: Date): boolean {
  if (!settings.isQuietOn) return false;
  const at = now.getHours() * 60 + now.getMinutes();
  const from = minutesOf(settings.quietFrom);
  const until = minutesOf(settings.quietUntil);
  return from <= until ? from <= at && at < until : at >= from || at < until;
}

interface Circumstances {
  settings: NoticeSettings;
  myId: string;
  isMuted: (conversationId: string) => boolean;
  now: Date;
}

export function isWorthTelling({ conversation, message }: Arrival, at: Circumstances): boolean {
  if (at.settings.level === "off" || isQuiet(at.settings, at.now)) return false;
  if (at.settings.level === "direct" && conversation.kind !== "direct") return false;
  if (message.author.id === at.myId || message.erased_at || message.deleted_at) return false;
  return !at.isMuted(conversation.id);
}

/** A notice lies on a locked screen as well: of what is under a label it says nothing. */
export function saidOf({ conversation, message }: Arrival, hidesContent: boolean, words: Words): Said {
  const labels = [conversation.label, message.label, message.notice?.label];
  const isHidden = hidesContent || labels.some((label) => label && !isOpen(label));
  if (isHidden) return { title: words.product, body: words.newMessage };
  const author = message.author.display_name;
  const place = conversation.kind === "direct" ? "" : ` · ${conversation.name ?? words.unnamed}`;
  const text = message.body.replace(/\s+/g, " ").trim();
  const letters = [...text];
  const short = letters.length > LONGEST ? `${letters.slice(0, LONGEST).join("")}…` : text;
  return { title: `${author}${place}`, body: short || words.files(message.files.length) };
}
