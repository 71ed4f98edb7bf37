/** A refusal, said so that one knows what to do next: the sentence, the rule, and whom one may write to instead. */
import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import type { Conversation, Decision, Person } from "../../api/types";
import { termOf, useLanguage, useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Avatar } from "../../ui/avatar";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { AskException } from "../exceptions/ask-exception";
import { draftOf, personScope, setDraft } from "./drafts";

interface DenialNoticeProps {
  decision: Decision;
  /** What was to be said. It goes along to whomever is chosen instead, to be sent by hand. */
  text?: string;
  /** The one who cannot be reached: an exception may be asked for. */
  personId?: string;
  onDismiss?: () => void;
}

export function DenialNotice({ decision, text, personId, onDismiss }: DenialNoticeProps) {
  const t = useT();
  const language = useLanguage();
  const client = useQueryClient();
  const sentence = (said: { message_ru: string; message_en: string }) =>
    language === "ru" ? said.message_ru : said.message_en;

  const writeTo = (person: Person) => {
    const list = client.getQueryData<Conversation[]>(keys.conversations);
    const existing = list?.find((one) => one.partner?.id === person.id);
    const scope = existing?.id ?? personScope(person.id);
    if (text && !draftOf(scope)) setDraft(scope, text);
    navigate(existing ? paths.conversation(existing.id) : paths.direct(person.id));
  };

  return (
    <section
      className="denial"
      role={onDismiss ? "alert" : "note"}
      data-rule={decision.rule}
      aria-label={t("denial.title")}
    >
      <Icon name="alert" />
      <div className="denial-main">
        <p className="denial-sentence">{sentence(decision)}</p>
        {onDismiss && text && <p className="denial-kept">{t("denial.kept")}</p>}
        {decision.alternatives.length > 0 && (
          <>
            <p className="denial-instead">{t("denial.instead")}</p>
            <ul className="denial-people">
              {decision.alternatives.map((alternative) => (
                <li key={alternative.person.id}>
                  <button
                    type="button"
                    onClick={() => writeTo(alternative.person)}
                    title={sentence(alternative)}
                  >
                    <Avatar person={alternative.person} />
                    <span>
                      <strong>{alternative.person.display_name}</strong>
                      <small>{termOf(t, "relation", alternative.relation)}</small>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        {decision.exception && personId && <AskException personId={personId} offer={decision.exception} />}
        {decision.near.length > 0 && (
          <details className="denial-near">
            <summary>{t("denial.near")}</summary>
            <ul>
              {decision.near.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </details>
        )}
        <p className="denial-rule">
          {/^[A-Z]\d+$/.test(decision.rule)
            ? t("denial.rule", { rule: decision.rule, version: decision.policy_version })
            : t("denial.version", { version: decision.policy_version })}
        </p>
      </div>
      {onDismiss && <IconButton icon="close" label={t("denial.dismiss")} onClick={onDismiss} />}
    </section>
  );
}
