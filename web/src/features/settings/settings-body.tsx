/** Language, appearance, notices, and the devices one is signed in on. */
import { useT } from "../../i18n";
import { useLaterT } from "../../i18n/later";
import { BackLink } from "../conversations/conversation-head";
import { NoticesSection } from "../notices/notices-section";
import { Choice } from "./choice";
import { type Contrast, type Language, preferences, type TextSize, type Theme } from "./preferences";
import { SessionsSection } from "./sessions-section";

export function SettingsBody() {
  const t = useT();
  const later = useLaterT();
  const chosen = preferences.use((value) => value);
  return (
    <div className="page-column">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{t("nav.settings")}</h1>
        </div>
      </header>
      <div className="page-scroll">
        <div className="page-body">
          <Choice<Language | "auto">
            name="language"
            legend={t("settings.language")}
            value={chosen.language ?? "auto"}
            choices={[
              ["auto", later("settings.languageAuto")],
              ["ru", "Русский"],
              ["en", "English"],
            ]}
            onChoose={(value) =>
              preferences.set((all) => ({ ...all, language: value === "auto" ? null : value }))
            }
          />
          <Choice<Theme>
            name="theme"
            legend={later("settings.theme")}
            value={chosen.theme}
            choices={(["system", "light", "dark"] as const).map((one) => [
              one,
              later(`settings.theme.${one}`),
            ])}
            onChoose={(theme) => preferences.set((all) => ({ ...all, theme }))}
          />
          <Choice<Contrast>
            name="contrast"
            legend={later("settings.contrast")}
            value={chosen.contrast}
            choices={(["system", "usual", "high"] as const).map((one) => [
              one,
              later(`settings.contrast.${one}`),
            ])}
            onChoose={(contrast) => preferences.set((all) => ({ ...all, contrast }))}
          />
          <Choice<TextSize>
            name="text"
            legend={later("settings.text")}
            value={chosen.textSize}
            choices={(["small", "medium", "large", "larger"] as const).map((one) => [
              one,
              later(`settings.text.${one}`),
            ])}
            onChoose={(textSize) => preferences.set((all) => ({ ...all, textSize }))}
          />
          <NoticesSection />
          <SessionsSection />
        </div>
      </div>
    </div>
  );
}
