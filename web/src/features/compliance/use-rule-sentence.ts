/** What a rule says, by the policy version that decided: its sentence in the reader's language. */
import { useQuery } from "@tanstack/react-query";
import { type MessageId, type Translate, useLanguage, useT } from "../../i18n";
import { en } from "../../i18n/en";
import { versionQuery } from "../policy/api";

/** A version never changes once it decides. */
export function useRuleSentence(version: number | undefined): (rule: string, other?: string) => string {
  const t = useT();
  const language = useLanguage();
  const query = useQuery({
    ...versionQuery(version ?? 0),
    enabled: version !== undefined,
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (rule, other) => {
    const found = query.data?.rules.find((one) => one.id === rule);
    if (found) return fillIn(t, language === "ru" ? found.sentence_ru : found.sentence_en, other);
    return ruleWithoutSentence(t, rule, query.isPending);
  };
}

const PLACES = ["name", "superior", "contact", "principal", "label", "near"] as const;

/** Sentences of rules name who is meant only where they are told to the asker: here their places are named. */
export function fillIn(t: Translate, sentence: string, other?: string): string {
  return PLACES.reduce((said, place) => {
    const word = place === "name" && other ? other : t(`compliance.place.${place}`);
    // Quoted, what stands for a label would read like one.
    return said.replaceAll(new RegExp(`[“«]\\{${place}\\}[”»]|\\{${place}\\}`, "g"), word);
  }, sentence);
}

/** What decides without being a row of the policy. */
function ruleWithoutSentence(t: Translate, rule: string, isPending: boolean): string {
  const id = `compliance.rule.${rule.startsWith("missing.") ? "missing" : rule}`;
  if (id in en) return t(id as MessageId);
  return isPending ? "" : t("compliance.rule.unknown");
}
