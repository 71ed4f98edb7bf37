/** The strings of the search of messages: they come with its page, and the first page does without them. */
import { useMemo } from "react";
import { createIntl, createIntlCache } from "react-intl";
import { useLanguage, type Values } from ".";
import { searchEn } from "./search-en";
import { searchRu } from "./search-ru";

export type SearchId = keyof typeof searchEn;
export type SearchTranslate = (id: SearchId, values?: Values) => string;

const cache = createIntlCache();

export function useSearchT(): SearchTranslate {
  const language = useLanguage();
  return useMemo(() => {
    const messages = language === "ru" ? searchRu : searchEn;
    const intl = createIntl({ locale: language, messages }, cache);
    return (id, values) => intl.formatMessage({ id }, values);
  }, [language]);
}
