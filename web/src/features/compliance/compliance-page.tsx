/** For the officers of compliance and security: who could and who did, why something was refused, cases, and the record itself. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { meQuery } from "../../api/queries";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { type ComplianceTab, paths, type Route } from "../../paths";
import { Empty, Waiting } from "../../ui/notice";
import { BackLink } from "../conversations/conversation-head";
import { AccessTab } from "./access-tab";
import { CasePage } from "./case-page";
import { CaseReadingPage } from "./case-reading-page";
import { CasesTab } from "./cases-tab";
import { DecisionsTab } from "./decisions-tab";
import { isCompliance, tabsOf } from "./duties";
import { HoldsTab } from "./holds-tab";
import { RecordTab } from "./record-tab";
import { TreeTab } from "./tree-tab";

type ComplianceRoute = Extract<Route, { page: "compliance" }>;

export function CompliancePage({ route }: { route: ComplianceRoute }) {
  const t = useT();
  const me = useQuery(meQuery);
  if (me.isPending) return <Waiting />;
  const roles = me.data?.roles;
  const tabs = tabsOf(roles);
  if (tabs.length === 0)
    return <Empty icon="lock" title={t("compliance.closedTitle")} text={t("compliance.closedText")} />;
  return (
    <div className="page-column">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{t("nav.compliance")}</h1>
          <p>{t("compliance.subtitle")}</p>
        </div>
      </header>
      <Tabs tabs={tabs} open={route.tab} />
      <div className="page-scroll">
        <div className="page-body compliance-body">
          {tabs.includes(route.tab) ? (
            <Tab route={route} asksAboutThePast={isCompliance(roles)} />
          ) : (
            <Empty icon="lock" title={t("compliance.closedTitle")} text={t("compliance.onlyCompliance")} />
          )}
        </div>
      </div>
    </div>
  );
}

function Tabs({ tabs, open }: { tabs: ComplianceTab[]; open: ComplianceTab }) {
  const t = useT();
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone the open one may lie outside.
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [open]);
  return (
    <nav className="tabs" aria-label={t("compliance.tabs")} ref={nav}>
      {tabs.map((tab) => (
        <Link key={tab} to={paths.compliance(tab)} aria-current={open === tab ? "page" : undefined}>
          {t(`compliance.tab.${tab}`)}
        </Link>
      ))}
    </nav>
  );
}

function Tab({ route, asksAboutThePast }: { route: ComplianceRoute; asksAboutThePast: boolean }) {
  const { tab, caseId, conversationId } = route;
  switch (tab) {
    case "access":
      return <AccessTab />;
    case "tree":
      return <TreeTab />;
    case "decisions":
      return <DecisionsTab asksAboutThePast={asksAboutThePast} />;
    case "cases":
      if (caseId && conversationId)
        return <CaseReadingPage key={conversationId} id={caseId} conversation={conversationId} />;
      return caseId ? <CasePage key={caseId} id={caseId} /> : <CasesTab opensCases={asksAboutThePast} />;
    case "holds":
      return <HoldsTab />;
    case "record":
      return <RecordTab />;
  }
}
