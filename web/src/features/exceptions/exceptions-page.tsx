/** Exceptions: what waits for me, what I asked for, what I or my office granted, and for the security office all of them. */
import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/queries";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { type ExceptionsTab, paths, type Route } from "../../paths";
import { Empty, Waiting } from "../../ui/notice";
import { BackLink } from "../conversations/conversation-head";
import { ExceptionList } from "./exception-list";
import { isSecurity, useIsApprover } from "./exceptions";
import { MyRequests, ToDecide } from "./request-list";

export function ExceptionsPage({ route }: { route: Extract<Route, { page: "exceptions" }> }) {
  const t = useT();
  const me = useQuery(meQuery);
  const isApprover = useIsApprover();
  if (me.isPending) return <Waiting />;
  const security = isSecurity(me.data);
  const tabs: ExceptionsTab[] = [
    ...(isApprover ? (["decide"] as const) : []),
    "mine",
    ...(isApprover ? (["office"] as const) : []),
    ...(security ? (["all"] as const) : []),
  ];
  const open = route.tab ?? tabs[0] ?? "mine";
  return (
    <div className="page-column">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{t("nav.exceptions")}</h1>
          <p>{t("exception.subtitle")}</p>
        </div>
      </header>
      {tabs.length > 1 && (
        <nav className="tabs" aria-label={t("exception.tabs")}>
          {tabs.map((tab) => (
            <Link key={tab} to={paths.exceptions(tab)} aria-current={open === tab ? "page" : undefined}>
              {t(`exception.tab.${tab}`)}
            </Link>
          ))}
        </nav>
      )}
      <div className="page-scroll">
        <div className="page-body directory-body">
          {tabs.includes(open) ? (
            <Tab tab={open} />
          ) : (
            <Empty icon="lock" title={t("exception.closedTitle")} text={t("exception.closedText")} />
          )}
        </div>
      </div>
    </div>
  );
}

function Tab({ tab }: { tab: ExceptionsTab }) {
  switch (tab) {
    case "decide":
      return <ToDecide />;
    case "mine":
      return (
        <>
          <MyRequests />
          <ExceptionList which="mine" />
        </>
      );
    case "office":
      return <ExceptionList which="office" />;
    case "all":
      return <ExceptionList which="all" />;
  }
}
