/** Whom a case was about, and who of them was told, where the configuration wants that. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { Avatar } from "../../ui/avatar";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Failure } from "../../ui/notice";
import { ActDialog } from "../directory/act-dialog";
import { type Case, caseKey, giveNotice, type Notice, noticesQuery } from "./case-api";
import { Skeleton } from "./skeleton";
import { Day, WhenExactly } from "./when-exactly";

export function CaseNotices({ of }: { of: Case }) {
  const t = useT();
  const query = useInfiniteQuery(noticesQuery(of.id));
  const [telling, setTelling] = useState<Notice | null>(null);
  if (query.isPending) return <Skeleton />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const rule = query.data.pages[0]?.rule ?? "never";
  const notices = query.data.pages.flatMap((page) => page.notices);
  return (
    <>
      <p>{t(`compliance.noticeRule.${rule}`)}</p>
      {rule === "after_close" && notices.length === 0 && (
        <p className="fine">{t("compliance.noticesNotYet")}</p>
      )}
      <ul className="notices">
        {notices.map((notice) => (
          <li key={notice.person.id}>
            <Avatar person={notice.person} size="small" />
            <span className="row-text">
              <span className="row-name">{notice.person.display_name}</span>
              <small>
                {notice.given ? (
                  <>
                    {t("compliance.told", { name: notice.given.by.display_name })}{" "}
                    <WhenExactly at={notice.given.at} /> <q>{notice.given.note}</q>
                  </>
                ) : (
                  <>
                    {t("compliance.tellUntil")} <Day at={notice.due_at} />
                  </>
                )}
              </small>
            </span>
            {!notice.given && of.can.includes("give_notice") && (
              <Button onClick={() => setTelling(notice)}>{t("compliance.noteTold")}</Button>
            )}
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
      {telling && (
        <ActDialog
          title={t("compliance.toldTitle", { name: telling.person.display_name })}
          confirm={t("compliance.noteTold")}
          asks={{ label: t("compliance.toldHow"), hint: t("compliance.toldHowHint") }}
          act={(note) => giveNotice(of.id, telling.person.id, note)}
          invalidates={caseKey(of.id)}
          onClose={() => setTelling(null)}
        >
          <p>{t("compliance.toldText")}</p>
        </ActDialog>
      )}
    </>
  );
}
