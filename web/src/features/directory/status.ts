/** How a source is, in one word of three: well, look at it, broken. The words say it; the colour only repeats it. */
import type { MessageId } from "../../i18n";
import type { Source } from "./api";

export type Tone = "good" | "warn" | "bad";

export interface Status {
  tone: Tone;
  title: MessageId;
  text: MessageId;
}

/** A followed directory gives a sign of life at least this often. */
const SILENCE_MS = 5 * 60_000;

type Judged = Pick<Source, "health" | "held_at" | "heard_at" | "plan_state"> & { trouble: unknown };

const say = (tone: Tone, name: string): Status => ({
  tone,
  title: `directory.health.${name}` as MessageId,
  text: `directory.healthText.${name}` as MessageId,
});

export function statusOf(source: Judged, now: number): Status {
  if (source.health === "failing") return say("bad", "failing");
  if (source.held_at) return say("warn", "held");
  if (source.plan_state) return say("warn", source.plan_state === "approved" ? "applying" : "plan");
  if (source.health === "following" && source.heard_at && now - Date.parse(source.heard_at) > SILENCE_MS)
    return say("warn", "silent");
  if (source.trouble) return say("warn", "trouble");
  switch (source.health) {
    case "following":
    case "waiting":
    case "reading":
      return say("good", source.health);
    default:
      return say("warn", "unknown");
  }
}

/** "0.1" of 87 ms: as exact as anybody needs, never a false zero. */
export function seconds(milliseconds: number): number {
  if (milliseconds <= 0) return 0;
  const value = milliseconds / 1000;
  if (value < 0.01) return 0.01;
  return value < 1 ? Math.round(value * 100) / 100 : Math.round(value * 10) / 10;
}

export const shortHash = (sha256: string): string => sha256.slice(0, 12);
