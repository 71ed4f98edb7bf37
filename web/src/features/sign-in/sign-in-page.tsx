/** The first page. It also says why a session has ended. */
import { type FormEvent, useRef } from "react";
import type { EndReason } from "../../api/session";
import { useLanguage, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Wordmark } from "../../ui/wordmark";
import { preferences } from "../settings/preferences";
import { useSignIn } from "./use-sign-in";

export function SignInPage({ reason }: { reason: EndReason | null }) {
  const t = useT();
  const { submit, isBusy, isHeld, message } = useSignIn();
  const password = useRef<HTMLInputElement>(null);

  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const isIn = await submit(String(fields.get("login")).trim(), String(fields.get("password")));
    if (!isIn) password.current?.select();
  };

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Wordmark size="large" />
        <p className="sign-in-tagline">{t("signIn.tagline")}</p>
        {reason && !message && (
          <p className="sign-in-reason" role="status" data-reason={reason}>
            <Icon name="info" size={18} />
            <span>{t(`ended.${reason}`)}</span>
          </p>
        )}
        <form onSubmit={onSubmit}>
          <label className="field">
            <span>{t("signIn.login")}</span>
            <input name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
          </label>
          <label className="field">
            <span>{t("signIn.password")}</span>
            <input ref={password} name="password" type="password" autoComplete="current-password" required />
          </label>
          <p className="sign-in-error" role="alert">
            {message && (
              <>
                <Icon name="alert" size={18} />
                <span>{message}</span>
              </>
            )}
          </p>
          <Button type="submit" look="primary" disabled={isBusy || isHeld}>
            {isBusy ? t("signIn.busy") : t("signIn.submit")}
          </Button>
        </form>
        <p className="fine">{t("signIn.hint")}</p>
      </div>
      <LanguageSwitch />
    </main>
  );
}

function LanguageSwitch() {
  const t = useT();
  const language = useLanguage();
  return (
    <fieldset className="language-switch">
      <legend className="visually-hidden">{t("settings.language")}</legend>
      {(["ru", "en"] as const).map((code) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-pressed={language === code}
          onClick={() => preferences.set((value) => ({ ...value, language: code }))}
        >
          {code === "ru" ? "Русский" : "English"}
        </button>
      ))}
    </fieldset>
  );
}
