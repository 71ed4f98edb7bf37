/** Language, theme and text size: kept in this browser. `public/appearance.js` reads the same key before the first paint. */
import { setRequestLanguage } from "../../api/session";
import { createStore, keep, readKept } from "../../store";

export type Language = "ru" | "en";
export type Theme = "system" | "light" | "dark";
export type TextSize = "small" | "medium" | "large" | "larger";

export interface Preferences {
  /** `null` follows the browser. */
  language: Language | null;
  theme: Theme;
  textSize: TextSize;
}

const KEY = "chancery.preferences";
const DEFAULTS: Preferences = { language: null, theme: "system", textSize: "medium" };

export const preferences = createStore<Preferences>({ ...DEFAULTS, ...readKept(KEY, {}) }, (value) => {
  keep(KEY, value);
  applyPreferences();
});

/** Russian where the browser prefers it to English, or asks for a language we do not have. */
export function browserLanguage(languages: readonly string[] = navigator.languages): Language {
  for (const tag of languages) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === "ru" || language === "en") return language;
  }
  return "ru";
}

export function currentLanguage(): Language {
  return preferences.get().language ?? browserLanguage();
}

const darkScheme = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-color-scheme: dark)");

export function applyPreferences(): void {
  const { theme, textSize } = preferences.get();
  const dark = theme === "dark" || (theme === "system" && darkScheme?.matches);
  const root = document.documentElement;
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.text = textSize;
  root.lang = currentLanguage();
  setRequestLanguage(currentLanguage());
}

darkScheme?.addEventListener("change", applyPreferences);
