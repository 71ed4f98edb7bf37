/** The policy, for those who answer for it: what is in force, what is being written, who signed it, what it would change. */
import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/queries";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { type PolicyTab, paths, type Route } from "../../paths";
import { Empty, Waiting } from "../../ui/notice";
import { BackLink } from "../conversations/conversation-head";
import { DraftTab } from "./draft-tab";
import { answersForPolicy } from "./duties";
import { KeysTab } from "./keys-tab";
import { StateTab } from "./state-tab";
import { VersionPage } from "./version-page";
import { VersionsTab } from "./versions-tab";

const TABS: PolicyTab[] = ["state", "versions", "draft", "keys"];

export function PolicyPage({ route }: { route: Extract<Route, { page: "policy" }> }) {
  const t = useT();
  const me = useQuery(meQuery);
  if (me.isPending) return <Waiting />;
  if (!answersForPolicy(me.data?.roles))
    return <Empty icon="lock" title={t("policy.closedTitle")} text={t("policy.closedText")} />;
  const canAct = me.data?.roles.some((role) => role !== "compliance" && answersForPolicy([role])) ?? false;
  return (
    <div className="page-column">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{t("nav.policy")}</h1>
          <p>{t("policy.subtitle")}</p>
        </div>
      </header>
      <nav className="tabs" aria-label={t("policy.tabs")}>
        {TABS.filter((tab) => canAct || tab !== "draft").map((tab) => (
          <Link key={tab} to={paths.policy(tab)} aria-current={route.tab === tab ? "page" : undefined}>
            {t(`policy.tab.${tab}`)}
          </Link>
        ))}
      </nav>
      <div className="page-scroll">
        <div className="page-body policy-body">
          <Tab route={route} canAct={canAct} />
        </div>
      </div>
    </div>
  );
}

function Tab({ route, canAct }: { route: Extract<Route, { page: "policy" }>; canAct: boolean }) {
  if (route.number !== undefined)
    return <VersionPage key={route.number} number={route.number} canAct={canAct} />;
  switch (route.tab) {
    case "state":
      return <StateTab canAct={canAct} />;
    case "versions":
      return <VersionsTab />;
    case "draft":
      return <DraftTab />;
    case "keys":
      return <KeysTab canAct={canAct} />;
  }
}
