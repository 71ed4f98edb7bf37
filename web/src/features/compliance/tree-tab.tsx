/** The organisation as it was: a slider over the tree, unit by unit, with what is different today. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Icon } from "../../ui/icon";
import { MoreButton } from "../../ui/more-button";
import { Empty } from "../../ui/notice";
import { NoAnswer } from "./access-list";
import { type PastTree, type PastUnit, treeQuery } from "./api";
import { MomentField } from "./moment-field";
import { Since } from "./since";
import { isSame, type SinceThen, sinceThen } from "./since-then";
import { Skeleton } from "./skeleton";
import { TreePeople } from "./tree-people";
import { type TreeWanted, treeAddressOf, useTreeQuestion } from "./use-tree-question";
import { WhenExactly } from "./when-exactly";

export function TreeTab() {
  const t = useT();
  const { wanted, ask } = useTreeQuestion();
  const [now] = useState(() => Date.now());
  const query = useInfiniteQuery(treeQuery(wanted.unit, wanted.at));
  const isNotThere = query.isError && asApiError(query.error).status === 404;
  // Where it was not there at that moment, the unit of today knows the way to when it was.
  const today = useInfiniteQuery({
    ...treeQuery(wanted.unit, null),
    enabled: isNotThere && wanted.at !== null,
  });
  const marks = (isNotThere ? today : query).data?.pages[0]?.tree.changed_at ?? [];
  return (
    <>
      <section className="panel asked" aria-label={t("compliance.question")}>
        <div className="asked-when">
          <MomentField
            label={t("compliance.moment")}
            hint={t("compliance.treeHint")}
            value={wanted.at}
            now={now}
            marks={marks}
            onChange={(at) => ask({ at })}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={wanted.isCompared}
              disabled={wanted.at === null}
              onChange={(event) => ask({ isCompared: event.target.checked })}
            />
            <span>{t("compliance.treeCompare")}</span>
          </label>
        </div>
      </section>
      <section
        className="panel past-tree"
        aria-busy={query.isPlaceholderData}
        aria-label={t("compliance.tab.tree")}
      >
        {query.isPending && <Skeleton lines={8} />}
        {query.isError && (
          <>
            <TopLink wanted={wanted} />
            <NoAnswer error={query.error} onRetry={() => void query.refetch()} />
          </>
        )}
        {query.isSuccess && (
          <>
            <Compared
              pages={query.data.pages.map((page) => page.tree)}
              hasMore={query.hasNextPage}
              wanted={wanted}
            />
            <MoreButton query={query} />
          </>
        )}
      </section>
    </>
  );
}

interface ComparedProps {
  pages: PastTree[];
  /** Whether there are more people than these. */
  hasMore: boolean;
  wanted: TreeWanted;
}

/** All pages of a unit's people as one, and what is different today, where that is asked for. */
function Compared({ pages, hasMore, wanted }: ComparedProps) {
  const compares = wanted.isCompared && wanted.at !== null;
  const today = useInfiniteQuery({ ...treeQuery(wanted.unit, null), enabled: compares });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = today;
  // Who is not on the first page of today may be on the next one.
  useEffect(() => {
    if (compares && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [compares, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const then = wholeOf(pages);
  if (!then) return null;
  const isNoMore = today.isError && asApiError(today.error).status === 404;
  const latest = isNoMore ? null : wholeOf(today.data?.pages.map((page) => page.tree) ?? []);
  const isKnown = compares && !today.isPlaceholderData && !hasNextPage && latest !== undefined;
  const since = isKnown ? sinceThen(then, latest, !hasMore) : null;
  return <Shown tree={then} wanted={wanted} since={since} />;
}

const wholeOf = ([first, ...rest]: PastTree[]): PastTree | undefined =>
  first && { ...first, people: [first, ...rest].flatMap((page) => page.people) };

interface ShownProps {
  tree: PastTree;
  wanted: TreeWanted;
  since: SinceThen | null;
}

function Shown({ tree, wanted, since }: ShownProps) {
  const t = useT();
  const { unit } = tree;
  return (
    <>
      <header className="past-tree-head">
        <Crumbs tree={tree} wanted={wanted} />
        <h2>{unit ? unit.name : t("compliance.treeAgencies")}</h2>
        <p className="fine">
          <WhenExactly at={tree.at} withSeconds /> ·{" "}
          {tree.org_version === null
            ? t("compliance.noOrgVersion")
            : t("compliance.orgVersion", { number: tree.org_version })}
        </p>
        {unit && (
          <p>
            {t(`unit.${unit.kind}`)} · {t("units.people", { count: unit.people_count })} ·{" "}
            {unit.head
              ? t("compliance.treeHead", { name: unit.head.display_name })
              : t("compliance.treeNoHead")}
            {since?.head !== undefined && (
              <Since text={t("compliance.treeHeadToday", { name: since.head?.display_name ?? "—" })} />
            )}
          </p>
        )}
        {since && isSame(since) && <p className="fine">{t("compliance.treeSame")}</p>}
      </header>
      <Units tree={tree} wanted={wanted} since={since} />
      {unit && <TreePeople tree={tree} wanted={wanted} since={since} />}
    </>
  );
}

function Crumbs({ tree, wanted }: { tree: PastTree; wanted: TreeWanted }) {
  const t = useT();
  if (!tree.unit) return null;
  return (
    <nav className="crumbs" aria-label={t("person.unitPath")}>
      <TopLink wanted={wanted} />
      {tree.path.slice(0, -1).map((one) => (
        <Link key={one.id} to={paths.complianceTree(treeAddressOf({ ...wanted, unit: one.id }))}>
          {one.name}
        </Link>
      ))}
    </nav>
  );
}

function TopLink({ wanted }: { wanted: TreeWanted }) {
  const t = useT();
  return (
    <Link to={paths.complianceTree(treeAddressOf({ ...wanted, unit: null }))}>
      {t("compliance.treeAgencies")}
    </Link>
  );
}

function Units({ tree, wanted, since }: ShownProps) {
  const t = useT();
  if (tree.units.length === 0 && !tree.unit)
    return <Empty icon="tree" title={t("compliance.notThere")} text={t("compliance.notThereText")} />;
  const rows: { unit: PastUnit; word: "treeUnitGone" | "treeUnitCame" | null }[] = [
    ...tree.units.map((unit) => ({
      unit,
      word: since?.goneUnits.has(unit.id) ? ("treeUnitGone" as const) : null,
    })),
    ...(since?.cameUnits ?? []).map((unit) => ({ unit, word: "treeUnitCame" as const })),
  ];
  if (rows.length === 0) return null;
  return (
    <section aria-label={t("compliance.treeUnits")}>
      <h3>{t("compliance.treeUnits")}</h3>
      <ul className="past-units">
        {rows.map(({ unit, word }) => (
          <li key={unit.id} data-not-then={word === "treeUnitCame" || undefined}>
            <Link to={paths.complianceTree(treeAddressOf({ ...wanted, unit: unit.id }))}>
              <Icon name="unit" size={18} />
              <span className="row-text">
                <span className="row-name">{unit.name}</span>
                <small className="row-detail">
                  {unit.head?.display_name ?? t("compliance.treeNoHead")} ·{" "}
                  {t("units.people", { count: unit.people_count })}
                </small>
              </span>
            </Link>
            {word && <Since text={t(`compliance.${word}`)} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
