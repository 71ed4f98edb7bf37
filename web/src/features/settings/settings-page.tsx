/** Language, appearance, and the devices one is signed in on. */
import { useT } from "../../i18n";
import { BackLink } from "../conversations/conversation-head";
import { type Language, preferences, type TextSize, type Theme } from "./preferences";
import { SessionsSection } from "./sessions-section";

export function SettingsPage() {
  const t = useT();
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
              ["auto", t("settings.languageAuto")],
              ["ru", "Русский"],
              ["en", "English"],
            ]}
            onChoose={(value) =>
              preferences.set((all) => ({ ...all, language: value === "auto" ? null : value }))
            }
          />
          <Choice<Theme>
            name="theme"
            legend={t("settings.theme")}
            value={chosen.theme}
            choices={(["system", "light", "dark"] as const).map((one) => [one, t(`settings.theme.${one}`)])}
            onChoose={(theme) => preferences.set((all) => ({ ...all, theme }))}
          />
          <Choice<TextSize>
            name="text"
            legend={t("settings.text")}
            value={chosen.textSize}
            choices={(["small", "medium", "large", "larger"] as const).map((one) => [
              one,
              t(`settings.text.${one}`),
            ])}
            onChoose={(textSize) => preferences.set((all) => ({ ...all, textSize }))}
          />
          <SessionsSection />
        </div>
      </div>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  name: string;
  legend: string;
  value: Value;
  choices: (readonly [Value, string])[];
  onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ name, legend, value, choices, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice-row">
      <legend>{legend}</legend>
      {choices.map(([id, text]) => (
        <label key={id}>
          <input type="radio" name={name} checked={value === id} onChange={() => onChoose(id)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
