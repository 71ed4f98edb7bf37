/** The strings of what is done with a message: they come with the parts that do it, and the first page does without them. */
import { useMemo } from "react";
import { createIntl, createIntlCache } from "react-intl";
import { useLanguage, type Values } from ".";
import { messageActionsEn } from "./message-actions-en";
import { messageActionsRu } from "./message-actions-ru";

export type ActionId = keyof typeof messageActionsEn;

const cache = createIntlCache();

export function useActionT(): (id: ActionId, values?: Values) => string {
  const language = useLanguage();
  return useMemo(() => {
    const messages = language === "ru" ? messageActionsRu : messageActionsEn;
    const intl = createIntl({ locale: language, messages }, cache);
    return (id, values) => intl.formatMessage({ id }, values);
  }, [language]);
}
