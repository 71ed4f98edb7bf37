/** Dictionaries that are no part of the first page: each comes with the parts that speak by it. */
import { useMemo } from "react";
import { createIntl, createIntlCache } from "react-intl";
import type { Language } from "../features/settings/preferences";
import { useLanguage, type Values } from ".";

export type Say<Id extends string> = (id: Id, values?: Values) => string;

const cache = createIntlCache();

/** What says the strings of a dictionary: in a language, and in that of whoever reads. */
export function apart<Id extends string>(en: Record<Id, string>, ru: Record<Id, string>) {
  const sayIn = (language: Language): Say<Id> => {
    const intl = createIntl({ locale: language, messages: language === "ru" ? ru : en }, cache);
    return (id, values) => intl.formatMessage({ id }, values);
  };
  const useSay = (): Say<Id> => {
    const language = useLanguage();
    return useMemo(() => sayIn(language), [language]);
  };
  return { sayIn, useSay };
}
