/** The answer about a decision: yes or no in one sentence, the sentence of the rule, and what it was decided by. */
import { useIntl } from "react-intl";
import { type Translate, useLanguage, useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Icon } from "../../ui/icon";
import { valueName } from "../policy/words";
import type { PastDecision } from "./api";
import { placeName } from "./place-name";

export function DecisionAnswer({ decision }: { decision: PastDecision }) {
  const t = useT();
  const intl = useIntl();
  const language = useLanguage();
  const when = intl.formatDate(decision.at, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (
    <div className="verdict" data-allow={decision.allow}>
      <Icon name={decision.allow ? "check" : "close"} size={28} />
      <div>
        <p className="verdict-said">{decisionSentence(t, decision, when)}</p>
        <p>
          {language === "ru" ? decision.message_ru : decision.message_en}{" "}
          <code className="rule-code">{decision.rule}</code>
        </p>
        {!decision.known && <p>{t("compliance.unknownToThem")}</p>}
        <p className="fine">
          <Link to={paths.policyVersion(decision.policy_version)}>
            {t("compliance.policyVersion", { number: decision.policy_version })}
          </Link>{" "}
          ·{" "}
          {decision.org_version === null
            ? t("compliance.noOrgVersion")
            : t("compliance.orgVersion", { number: decision.org_version })}
          {decision.conditions.crisis && ` · ${t("compliance.inCrisis")}`}
          {!decision.conditions.office_hours && ` · ${t("compliance.offHours")}`}
        </p>
      </div>
    </div>
  );
}

export function decisionSentence(t: Translate, decision: PastDecision, when: string): string {
  const { allow, person, to_person, conversation } = decision;
  const values = { name: person.display_name, action: valueName(t, "act", decision.action), when };
  if (to_person && (!conversation || conversation.kind === "direct"))
    return t(allow ? "compliance.couldTo" : "compliance.couldNotTo", {
      ...values,
      other: to_person.display_name,
    });
  if (conversation)
    return t(allow ? "compliance.couldIn" : "compliance.couldNotIn", {
      ...values,
      place: placeName(t, conversation),
    });
  return t(allow ? "compliance.could" : "compliance.couldNot", values);
}
