/** The organisation: the tree on one side, the unit and its people on the other. */
import { useQuery } from "@tanstack/react-query";
import { asApiError } from "../../api/errors";
import { colleaguesQuery, unitPeopleQuery, unitQuery } from "../../api/queries";
import type { Unit } from "../../api/types";
import { useT } from "../../i18n";
import { Link, navigate } from "../../navigation";
import { paths } from "../../paths";
import { Icon } from "../../ui/icon";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { BackLink } from "../conversations/conversation-head";
import { PersonRow } from "../people/person-row";
import { Tree } from "./tree";
import { useTree } from "./use-tree";

export function UnitsPage({ id }: { id: string | null }) {
  const t = useT();
  const own = useQuery(colleaguesQuery).data?.unit.id ?? null;
  const shown = id ?? own;
  const unit = useQuery({ ...unitQuery(shown ?? ""), enabled: shown !== null });
  const path = unit.data?.path.map((one) => one.id) ?? [];
  const tree = useTree(unit.data && path.at(-1) !== unit.data.id ? [...path, unit.data.id] : path);
  return (
    <div className="page-column" data-unit-open={id !== null}>
      <header className="page-head">
        <BackLink to={id === null ? paths.home() : paths.units()} />
        <div className="page-title">
          <h1>{t("nav.units")}</h1>
        </div>
      </header>
      <div className="units">
        <div className="units-tree">
          {tree.roots.isPending && <Waiting />}
          {tree.roots.isError && (
            <Failure error={tree.roots.error} onRetry={() => void tree.roots.refetch()} />
          )}
          <Tree
            lines={tree.lines}
            chosen={shown}
            onToggle={tree.toggle}
            onChoose={(chosen) => navigate(paths.unit(chosen))}
          />
        </div>
        <div className="units-detail">
          {unit.isError && asApiError(unit.error).status === 404 && (
            <Empty icon="tree" title={t("units.goneTitle")} text={t("units.goneText")} />
          )}
          {unit.data && <UnitDetail unit={unit.data} />}
        </div>
      </div>
    </div>
  );
}

function UnitDetail({ unit }: { unit: Unit }) {
  const t = useT();
  const people = useQuery(unitPeopleQuery(unit.id));
  const above = unit.path.filter((one) => one.id !== unit.id);
  const others = people.data?.filter((person) => person.id !== unit.head?.id) ?? [];
  return (
    <section aria-labelledby="unit-name">
      {above.length > 0 && (
        <nav className="crumbs" aria-label={t("person.unitPath")}>
          {above.map((one) => (
            <Link key={one.id} to={paths.unit(one.id)}>
              {one.name}
            </Link>
          ))}
        </nav>
      )}
      <h2 id="unit-name">{unit.name}</h2>
      <p className="unit-kind">
        {t(`unit.${unit.kind}`)} · {t("units.people", { count: unit.people_count })}
      </p>
      {unit.channel_id && (
        <Link className="button button-plain" to={paths.conversation(unit.channel_id)}>
          <Icon name="unit" size={18} />
          <span>{t("units.channel")}</span>
        </Link>
      )}
      {unit.head && (
        <>
          <h3>{t("units.head")}</h3>
          <PersonRow person={unit.head} />
        </>
      )}
      <h3>{t("units.staff")}</h3>
      {people.isPending && <Waiting />}
      {people.isError && <Failure error={people.error} onRetry={() => void people.refetch()} />}
      {people.isSuccess && others.length === 0 && <p className="fine">{t("units.nobody")}</p>}
      <ul className="person-list">
        {others.map((person) => (
          <li key={person.id}>
            <PersonRow person={person} />
          </li>
        ))}
      </ul>
    </section>
  );
}
