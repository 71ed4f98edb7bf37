/** What people did, as sentences. */
import type { Translate } from "../../i18n";
import { valueName } from "../policy/words";
import type { Deed } from "./api";

export function deedSentence(t: Translate, deed: Deed, isAboutPerson = false): string {
  const name = deed.person?.display_name ?? t("compliance.somebody");
  switch (deed.what) {
    case "message.sent":
      return sent(t, deed, name);
    case "action.denied":
      return refused(t, deed, name);
    case "history.opened":
      return t("compliance.deed.opened", {
        name,
        from: deed.from_seq ?? 0,
        until: deed.until_seq ?? 0,
      });
    case "member.joined":
    case "member.changed":
    case "member.left":
      return member(t, deed, name);
    default:
      // A newer server tells of more.
      return isAboutPerson ? deed.what : `${name}: ${deed.what}`;
  }
}

function sent(t: Translate, deed: Deed, name: string): string {
  const principal = deed.principal?.display_name;
  const seq = deed.seq ?? 0;
  return principal
    ? t("compliance.deed.sentFor", { name, seq, principal })
    : t("compliance.deed.sent", { name, seq });
}

function refused(t: Translate, deed: Deed, name: string): string {
  const action = valueName(t, "act", deed.action ?? "");
  const other = deed.to_person?.display_name;
  return other
    ? t("compliance.deed.deniedTo", { name, action, other })
    : t("compliance.deed.denied", { name, action });
}

function member(t: Translate, deed: Deed, name: string): string {
  const what = deed.what.slice("member.".length) as "joined" | "changed" | "left";
  const by = deed.actor && deed.actor.id !== deed.person?.id ? deed.actor.display_name : null;
  return by ? t(`compliance.deed.${what}By`, { name, by }) : t(`compliance.deed.${what}`, { name });
}
