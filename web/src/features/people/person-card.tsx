/** Who somebody is: photo, post, rank, place in the tree, how to reach; and whether one may write, or why not. */
import { useQuery } from "@tanstack/react-query";
import { FormattedDate } from "react-intl";
import { asApiError } from "../../api/errors";
import { conversationsQuery, meQuery, personQuery } from "../../api/queries";
import type { PersonCard, Post, UnitRef } from "../../api/types";
import { termOf, useLanguage, useT } from "../../i18n";
import { closePerson, navigate, openPerson } from "../../navigation";
import { paths } from "../../paths";
import { Avatar } from "../../ui/avatar";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Icon, type IconName } from "../../ui/icon";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { DenialNotice } from "../composer/denial-notice";

export function PersonCardSheet({ id }: { id: string }) {
  const t = useT();
  const asked = useQuery(personQuery(id));
  const isGone = asked.isError && asApiError(asked.error).status === 404;
  return (
    <Dialog title={t("person.card")} look="sheet" onClose={closePerson}>
      {asked.isPending && <Waiting />}
      {isGone && <Empty icon="info" title={t("person.goneTitle")} text={t("person.goneText")} />}
      {asked.isError && !isGone && <Failure error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data && <Card person={asked.data} />}
    </Dialog>
  );
}

function Card({ person }: { person: PersonCard }) {
  const t = useT();
  const language = useLanguage();
  const rank = language === "ru" ? person.rank.name_ru : person.rank.name_en;
  return (
    <div className="card">
      <div className="card-head">
        <Avatar person={person} size="large" />
        <h3>{person.display_name}</h3>
        <p>{person.title}</p>
        <p className="card-rank">
          {[
            rank === person.title ? null : rank,
            person.employment === "staff" ? null : termOf(t, "employment", person.employment),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {person.status !== "active" && <p className="card-gone">{t(`person.${person.status}`)}</p>}
      </div>
      <WriteButton person={person} />
      <UnitPath path={person.unit_path} />
      <dl className="card-facts">
        {person.mail && (
          <Fact icon="mail" name={t("person.mail")} text={person.mail} href={`mailto:${person.mail}`} />
        )}
        {person.phone && (
          <Fact
            icon="phone"
            name={t("person.phone")}
            text={person.phone}
            href={`tel:${person.phone.replace(/[^\d+]/g, "")}`}
          />
        )}
      </dl>
      {person.superior && (
        <section className="card-section">
          <h4>{t("person.superior")}</h4>
          <button
            type="button"
            className="person-row"
            onClick={() => person.superior && openPerson(person.superior.id)}
          >
            <Avatar person={person.superior} />
            <span className="row-text">
              <span className="row-name">{person.superior.display_name}</span>
              <small className="row-detail">{person.superior.title}</small>
            </span>
          </button>
        </section>
      )}
      <Posts posts={person.posts} />
    </div>
  );
}

function WriteButton({ person }: { person: PersonCard }) {
  const t = useT();
  const me = useQuery(meQuery).data;
  const inList = useQuery(conversationsQuery).data?.find((one) => one.partner?.id === person.id);
  if (!me || me.id === person.id) return null;
  const existing = inList?.id ?? person.conversation_id;
  const isAllowed = existing !== null || person.can.includes("dm.start");
  return (
    <div className="card-write">
      <Button
        look="primary"
        icon="write"
        disabled={!isAllowed}
        onClick={() => navigate(existing ? paths.conversation(existing) : paths.direct(person.id))}
      >
        {t("person.write")}
      </Button>
      {!isAllowed && person.decision && <DenialNotice decision={person.decision} personId={person.id} />}
    </div>
  );
}

function UnitPath({ path }: { path: UnitRef[] }) {
  const t = useT();
  return (
    <nav className="card-path" aria-label={t("person.unitPath")}>
      <Icon name="tree" size={18} />
      <ol>
        {path.map((unit) => (
          <li key={unit.id}>
            <button type="button" onClick={() => navigate(paths.unit(unit.id))}>
              {unit.name}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Fact({ icon, name, text, href }: { icon: IconName; name: string; text: string; href: string }) {
  return (
    <div>
      <dt>
        <Icon name={icon} size={18} />
        <span className="visually-hidden">{name}</span>
      </dt>
      <dd>
        <a href={href}>{text}</a>
      </dd>
    </div>
  );
}

/** The primary post is in the head of the card already. */
function Posts({ posts }: { posts: Post[] }) {
  const t = useT();
  const further = posts.filter((post) => post.kind !== "primary");
  if (further.length === 0) return null;
  return (
    <section className="card-section">
      <h4>{t("person.posts")}</h4>
      <ul className="card-posts">
        {further.map((post) => (
          <li key={post.id}>
            <strong>{post.title}</strong>
            <small>
              {termOf(t, "post", post.kind)} · {post.unit.name}
              {post.until && (
                <>
                  {" · "}
                  {t("post.until")}{" "}
                  <FormattedDate value={post.until} day="numeric" month="long" year="numeric" />
                </>
              )}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
