/** Who held a post in a unit of the past, in which way, and what of it is different today. */
import { useLanguage, useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Avatar } from "../../ui/avatar";
import type { PastHolder, PastTree } from "./api";
import { Since } from "./since";
import type { SinceThen } from "./since-then";
import { addressOf } from "./use-question";
import type { TreeWanted } from "./use-tree-question";
import { LastDay } from "./when-exactly";

interface TreePeopleProps {
  tree: PastTree;
  wanted: TreeWanted;
  since: SinceThen | null;
}

export function TreePeople({ tree, wanted, since }: TreePeopleProps) {
  const t = useT();
  return (
    <section aria-label={t("units.staff")}>
      <h3>{t("units.staff")}</h3>
      {tree.people.length === 0 && <p className="fine">{t("compliance.treeNobody")}</p>}
      <ul className="past-units">
        {tree.people.map((person) => (
          <li key={person.id}>
            <Holder person={person} at={wanted.at} />
            {since?.gone.has(person.id) && <Since text={t("compliance.treeGone")} />}
            <Became then={person} today={since?.changed.get(person.id)} />
          </li>
        ))}
        {since?.came.map((person) => (
          <li key={person.id} data-not-then>
            <Holder person={person} at={null} />
            <Since text={t("compliance.treeCame")} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Became({ then, today }: { then: PastHolder; today: PastHolder | undefined }) {
  const t = useT();
  const rankOf = useRankName();
  if (!today) return null;
  const post = today.post_title === then.post_title ? rankOf(today) : today.post_title;
  return <Since text={t("compliance.treeToday", { post })} />;
}

function useRankName() {
  const language = useLanguage();
  return ({ rank }: PastHolder) => (language === "ru" ? rank.name_ru : rank.name_en);
}

/** The name leads to what they could reach at that moment. */
function Holder({ person, at }: { person: PastHolder; at: string | null }) {
  const t = useT();
  const rank = useRankName()(person);
  const question = addressOf({ subject: { kind: "person", id: person.id }, at, knownAt: null });
  return (
    <Link to={paths.complianceAccess(question)}>
      <Avatar person={person} size="small" />
      <span className="row-text">
        <span className="row-name">{person.display_name}</span>
        <small className="row-detail">
          {person.post_title}
          {rank !== person.post_title && ` · ${rank}`}
          {person.post !== "primary" && ` · ${t(`post.${person.post as "further"}`)}`}
          {person.until && (
            <>
              {" · "}
              {t("compliance.treeUntil")} <LastDay until={person.until} />
            </>
          )}
          {person.duties.map(({ duty, principal }) => (
            <span key={`${duty}${principal.id}`}>
              {" · "}
              {t(`compliance.treeDuty.${duty}`, { name: principal.display_name })}
            </span>
          ))}
        </small>
      </span>
    </Link>
  );
}
