/** What somebody wants to be told of on this device, and how. */
import { createKept } from "../../store";

export type Level = "off" | "direct" | "all";

export interface NoticeSettings {
  level: Level;
  /** A notice then says only that something came. */
  hidesContent: boolean;
  hasSound: boolean;
  isQuietOn: boolean;
  /** Local time, as `22:00`. */
  quietFrom: string;
  quietUntil: string;
  /** Whether to ask for permission: not before there was something to tell, and once. */
  offer: "none" | "due" | "answered";
}

export const DEFAULTS: NoticeSettings = {
  level: "all",
  hidesContent: false,
  hasSound: false,
  isQuietOn: false,
  quietFrom: "20:00",
  quietUntil: "08:00",
  offer: "none",
};

const kept = createKept<Partial<NoticeSettings>>("chancery.notices", {});
let merged: [Partial<NoticeSettings>, NoticeSettings] = [{}, DEFAULTS];

/** The defaults, with what was chosen; the same object for the same choice. */
const whole = (chosen: Partial<NoticeSettings>): NoticeSettings => {
  if (merged[0] !== chosen) merged = [chosen, { ...DEFAULTS, ...chosen }];
  return merged[1];
};

export const noticeSettings = (): NoticeSettings => whole(kept.get());
export const useNoticeSettings = (): NoticeSettings => kept.use(whole);
export const setNotices = (change: Partial<NoticeSettings>): void =>
  kept.set((all) => ({ ...all, ...change }));
