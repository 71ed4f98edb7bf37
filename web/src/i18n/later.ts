/** The strings of parts that are loaded when they are wanted: they are not in what the first page waits for. */
import { useMemo } from "react";
import { createIntl, createIntlCache } from "react-intl";
import { currentLanguage } from "../features/settings/preferences";
import { useLanguage, type Values } from ".";
import { laterEn } from "./later-en";
import { laterRu } from "./later-ru";

export type LaterId = keyof typeof laterEn;
export type LaterTranslate = (id: LaterId, values?: Values) => string;

const cache = createIntlCache();

export function laterIn(language: "ru" | "en"): LaterTranslate {
  const intl = createIntl({ locale: language, messages: language === "ru" ? laterRu : laterEn }, cache);
  return (id, values) => intl.formatMessage({ id }, values);
}

export function useLaterT(): LaterTranslate {
  const language = useLanguage();
  return useMemo(() => laterIn(language), [language]);
}

/** Outside of components. */
export const laterT: LaterTranslate = (id, values) => laterIn(currentLanguage())(id, values);
