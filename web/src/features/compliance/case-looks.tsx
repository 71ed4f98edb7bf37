/** Who looked at what in a case. Reviewing is itself a look, so it is asked for by a button. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { type Look, looksQuery } from "./case-api";
import { Skeleton } from "./skeleton";
import { WhenExactly } from "./when-exactly";

export function CaseLooks({ id }: { id: string }) {
  const t = useT();
  const [isAsked, setAsked] = useState(false);
  if (isAsked) return <LookList id={id} />;
  return (
    <>
      <p>{t("compliance.looksText")}</p>
      <p>
        <Button look="primary" onClick={() => setAsked(true)}>
          {t("compliance.reviewLooks")}
        </Button>
      </p>
    </>
  );
}

function LookList({ id }: { id: string }) {
  const t = useT();
  const query = useInfiniteQuery(looksQuery(id));
  if (query.isPending) return <Skeleton />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const looks = query.data.pages.flatMap((page) => page.looks);
  return (
    <>
      {looks.length === 0 && (
        <Empty icon="check" title={t("compliance.noLooks")} text={t("compliance.noLooksText")} />
      )}
      <ol className="plain-list looks">
        {looks.map((look) => (
          <li key={look.id}>
            <LookRow look={look} />
          </li>
        ))}
      </ol>
      <MoreButton query={query} />
    </>
  );
}

function LookRow({ look }: { look: Look }) {
  const t = useT();
  const words = typeof look.about.query === "string" ? look.about.query : null;
  return (
    <>
      <span>
        <strong>{look.person.display_name}</strong> {t(`compliance.look.${look.kind}`)}
        {words && (
          <>
            {" "}
            <q>{words}</q>
          </>
        )}
      </span>
      <small>
        <WhenExactly at={look.at} withSeconds /> · {t("compliance.lookFound", { count: look.found })}
      </small>
    </>
  );
}
