/** What a set of changes means: people, conversations, channels, contacts. What was not computed says so. */
import type { ReactNode } from "react";
import { type MessageId, useLanguage, useT } from "../../i18n";
import type { Consequences, Example } from "./documents";

type PartName = "people" | "conversations" | "channels" | "contacts";

const ALL: PartName[] = ["people", "conversations", "channels", "contacts"];

export function ConsequencesView({ of, parts = ALL }: { of: Consequences; parts?: PartName[] }) {
  const t = useT();
  return (
    <div className="consequences">
      {parts.includes("people") && (
        <Part title={t("directory.onPeople")} isThere={of.people !== null}>
          <PeopleNumbers people={of.people ?? {}} />
        </Part>
      )}
      <Part title={t("directory.onConversations")} isThere={of.conversations !== null}>
        <Numbers
          lines={[
            ["directory.conversationsLost", of.conversations?.lost],
            ["directory.conversationsGained", of.conversations?.gained],
            ["directory.writingLost", of.conversations?.writingLost],
            ["directory.writingGained", of.conversations?.writingGained],
          ]}
        />
        <Examples of={of.conversations?.examples ?? []} />
      </Part>
      {parts.includes("channels") && (
        <Part title={t("directory.onChannels")} isThere={of.channels !== null}>
          <Numbers
            lines={[
              ["directory.channelsMade", of.channels?.made],
              ["directory.channelsArchived", of.channels?.archived],
            ]}
          />
          <Examples
            of={(of.channels?.names ?? []).map((one) => ({
              who: one.name,
              what: "",
              effect: one.effect,
              why: null,
            }))}
          />
        </Part>
      )}
      <Part title={t("directory.onContacts")} isThere={of.contacts !== null}>
        <Numbers
          lines={[
            ["directory.contactsForbidden", of.contacts?.forbidden],
            ["directory.contactsAllowed", of.contacts?.allowed],
          ]}
        />
        {of.contacts?.sampled && (
          <p className="fine">
            {t("directory.sampled")}{" "}
            {t("directory.margins", {
              forbidden: of.contacts.forbiddenMargin ?? 0,
              allowed: of.contacts.allowedMargin ?? 0,
            })}
          </p>
        )}
        <Examples of={of.contacts?.examples ?? []} />
      </Part>
    </div>
  );
}

export function PeopleNumbers({ people }: { people: Record<string, number> }) {
  return (
    <Numbers
      lines={Object.entries(people).map(([name, count]) => [`directory.people.${name}` as MessageId, count])}
    />
  );
}

function Part({ title, isThere, children }: { title: string; isThere: boolean; children: ReactNode }) {
  const t = useT();
  return (
    <section>
      <h3>{title}</h3>
      {isThere ? children : <p className="fine">{t("directory.notComputed")}</p>}
    </section>
  );
}

function Numbers({ lines }: { lines: [MessageId, number | null | undefined][] }) {
  const t = useT();
  const told = lines.flatMap(([id, count]): [MessageId, number][] => (count ? [[id, count]] : []));
  if (told.length === 0) return <p className="fine">{t("directory.noConsequence")}</p>;
  return (
    <ul className="numbers">
      {told.map(([id, count]) => (
        <li key={id}>{t(id, { count })}</li>
      ))}
    </ul>
  );
}

function Examples({ of }: { of: Example[] }) {
  const t = useT();
  const language = useLanguage();
  if (of.length === 0) return null;
  const effects = [
    "lost",
    "gained",
    "made",
    "archived",
    "forbidden",
    "allowed",
    "writing_lost",
    "writing_gained",
  ];
  return (
    <details>
      <summary>{t("directory.examples", { count: of.length })}</summary>
      <ul className="examples">
        {of.map((one, at) => (
          <li key={`${one.who}${one.what}${at}`}>
            <span className="change-what">
              {effects.includes(one.effect) ? t(`directory.effect.${one.effect}` as MessageId) : one.effect}
            </span>{" "}
            {one.who}
            {one.what && ` → ${one.what}`}
            {one.why && (one.why.ru || one.why.en) && (
              <small>
                {(language === "ru" ? one.why.ru : one.why.en) || one.why.en || one.why.ru}
                {one.why.rule && ` (${one.why.rule})`}
              </small>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
