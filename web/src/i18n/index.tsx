/** Every visible string comes from here, in the reader's language. */
import { type ReactNode, useMemo } from "react";
import { createIntl, createIntlCache, type IntlShape, RawIntlProvider, useIntl } from "react-intl";
import { currentLanguage, type Language, preferences } from "../features/settings/preferences";
import { en } from "./en";
import { ru } from "./ru";

export type MessageId = keyof typeof en;
export type Values = Record<string, string | number>;
export type Translate = (id: MessageId, values?: Values) => string;

const cache = createIntlCache();

export function intlFor(language: Language): IntlShape {
  return createIntl({ locale: language, messages: language === "ru" ? ru : en }, cache);
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const chosen = preferences.use((value) => value.language);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the current language depends on what was chosen.
  const intl = useMemo(() => intlFor(currentLanguage()), [chosen]);
  return <RawIntlProvider value={intl}>{children}</RawIntlProvider>;
}

export function useT(): Translate {
  const intl = useIntl();
  return useMemo(
    () =>
      (id: MessageId, values?: Values): string =>
        intl.formatMessage({ id }, values),
    [intl],
  );
}

type Group = "relation" | "hat" | "employment" | "post" | `compliance.${string}`;

/** The name of a code of the server's. One that a newer server has added is shown as it is. */
export function termOf(t: Translate, group: Group, code: string, values?: Values): string {
  const id = `${group}.${code}`;
  return id in en ? t(id as MessageId, values) : code;
}

export function useLanguage(): Language {
  return useIntl().locale === "en" ? "en" : "ru";
}
