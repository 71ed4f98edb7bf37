/** What a case or a hold is about, by name. */
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import type { Scope } from "./case-api";
import { PlaceName } from "./place-name";
import { Day, LastDay, WhenExactly } from "./when-exactly";

interface ScopeViewProps {
  scope: Scope;
  /** Who decided on it, and why; the case may have said so already. */
  withOutcome?: boolean;
}

export function ScopeView({ scope, withOutcome = true }: ScopeViewProps) {
  const t = useT();
  const { people, units, conversations, from, until } = scope;
  return (
    <div className="scope">
      <ul className="scope-entries">
        {conversations.map((place) => (
          <li key={place.id}>
            <PlaceName place={place} />
          </li>
        ))}
        {people.map((person) => (
          <li key={person.id}>
            <Icon name="people" size={16} /> {person.display_name || t("compliance.somebody")}
          </li>
        ))}
        {units.map((unit) => (
          <li key={unit.id}>
            <Icon name="unit" size={16} /> {t("compliance.withThoseBelow", { name: unit.name })}
          </li>
        ))}
      </ul>
      <p>
        {from ? (
          <>
            {t("compliance.saidFrom")} <Day at={from} />
          </>
        ) : (
          t("compliance.saidFromBeginning")
        )}
        {" – "}
        {until ? <LastDay until={until} /> : t("compliance.openEnd")}
      </p>
      {withOutcome && scope.outcome && scope.decided_by && scope.decided_at && (
        <p className="fine">
          {t(`compliance.outcome.${scope.outcome}`)}: {scope.decided_by.display_name} ·{" "}
          <WhenExactly at={scope.decided_at} /> {scope.decision_reason && <q>{scope.decision_reason}</q>}
        </p>
      )}
    </div>
  );
}
