/** The directories: how they are, who is appointed beside them, what would change, what happened, and why somebody is not
 * in the system. */
import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/queries";
import { type MessageId, useT } from "../../i18n";
import { Link } from "../../navigation";
import { type DirectoryTab, paths, type Route } from "../../paths";
import { Empty, Waiting } from "../../ui/notice";
import { BackLink } from "../conversations/conversation-head";
import { AppointmentsTab } from "./appointments-tab";
import { keepsDirectory } from "./duties";
import { PlanPage } from "./plan-page";
import { PreviewTab } from "./preview-tab";
import { QuarantineTab } from "./quarantine-tab";
import { RunPage } from "./run-page";
import { RunsTab } from "./runs-tab";
import { StateTab } from "./state-tab";

/** In the order in which they are needed. */
const TABS: DirectoryTab[] = ["state", "appointments", "preview", "runs", "quarantine"];

export function DirectoryPage({ route }: { route: Extract<Route, { page: "directory" }> }) {
  const t = useT();
  const me = useQuery(meQuery);
  if (me.isPending) return <Waiting />;
  if (!keepsDirectory(me.data?.roles))
    return <Empty icon="lock" title={t("directory.closedTitle")} text={t("directory.closedText")} />;
  return (
    <div className="page-column">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{t("nav.directory")}</h1>
          <p>{t("directory.subtitle")}</p>
        </div>
      </header>
      <nav className="tabs" aria-label={t("directory.tabs")}>
        {TABS.map((tab) => (
          <Link key={tab} to={paths.directory(tab)} aria-current={route.tab === tab ? "page" : undefined}>
            {t(`directory.tab.${tab}` as MessageId)}
          </Link>
        ))}
      </nav>
      <div className="page-scroll">
        <div className="page-body directory-body">
          <Tab route={route} />
        </div>
      </div>
    </div>
  );
}

function Tab({ route }: { route: Extract<Route, { page: "directory" }> }) {
  if (route.planId) return <PlanPage key={route.planId} id={route.planId} />;
  if (route.runId) return <RunPage key={route.runId} id={route.runId} />;
  switch (route.tab) {
    case "state":
      return <StateTab />;
    case "appointments":
      return <AppointmentsTab />;
    case "preview":
      return <PreviewTab />;
    case "runs":
      return <RunsTab />;
    case "quarantine":
      return <QuarantineTab />;
  }
}
