/** Language, theme, contrast and text size: kept in this browser. `public/appearance.js` reads the same key before the first paint. */
import { setRequestLanguage } from "../../api/session";
import { createStore, keep, readKept } from "../../store";

export type Language = "ru" | "en";
export type Theme = "system" | "light" | "dark";
export type Contrast = "system" | "usual" | "high";
export type TextSize = "small" | "medium" | "large" | "larger";

export interface Preferences {
  /** `null` follows the browser. */
  language: Language | null;
  theme: Theme;
  contrast: Contrast;
  textSize: TextSize;
}

const KEY = "chancery.preferences";
const DEFAULTS: Preferences = { language: null, theme: "system", contrast: "system", textSize: "medium" };

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

const asked = (question: string) => (typeof matchMedia === "undefined" ? null : matchMedia(question));
const darkScheme = asked("(prefers-color-scheme: dark)");
const moreContrast = asked("(prefers-contrast: more)");

export function applyPreferences(): void {
  const { theme, contrast, textSize } = preferences.get();
  const dark = theme === "dark" || (theme === "system" && darkScheme?.matches);
  const high = contrast === "high" || (contrast === "system" && moreContrast?.matches);
  const root = document.documentElement;
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.contrast = high ? "high" : "usual";
  if (high) loadContrast();
  root.dataset.text = textSize;
  root.lang = currentLanguage();
  setRequestLanguage(currentLanguage());
}

darkScheme?.addEventListener("change", applyPreferences);
moreContrast?.addEventListener("change", applyPreferences);

/** Few want these colours: the file comes for them only, and stays. */
function loadContrast(): void {
  if (document.getElementById("contrast")) return;
  const sheet = document.createElement("link");
  Object.assign(sheet, { id: "contrast", rel: "stylesheet", href: "/contrast.css" });
  document.head.append(sheet);
}
