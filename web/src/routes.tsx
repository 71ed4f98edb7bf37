/** Which page an address shows. */
import { CompliancePage } from "./features/compliance/compliance-page";
import { ConversationPage } from "./features/conversations/conversation-page";
import { DirectPage } from "./features/conversations/direct-page";
import { DirectoryPage } from "./features/directory/directory-page";
import { ExceptionsPage } from "./features/exceptions/exceptions-page";
import { LabelRequestsPage } from "./features/labels/requests-page";
import { UnitsPage } from "./features/org-tree/units-page";
import { PeoplePage } from "./features/people/people-page";
import { PolicyPage } from "./features/policy/policy-page";
import { SettingsPage } from "./features/settings/settings-page";
import { HomePage } from "./features/shell/home-page";
import { useT } from "./i18n";
import type { Route } from "./paths";
import { Empty } from "./ui/notice";

export function Page({ route }: { route: Route }) {
  const t = useT();
  switch (route.page) {
    case "home":
      return <HomePage />;
    case "conversation":
      return <ConversationPage key={route.id} id={route.id} />;
    case "direct":
      return <DirectPage key={route.personId} personId={route.personId} />;
    case "people":
      return <PeoplePage />;
    case "units":
      return <UnitsPage id={route.id} />;
    case "settings":
      return <SettingsPage />;
    case "exceptions":
      return <ExceptionsPage route={route} />;
    case "label-requests":
      return <LabelRequestsPage />;
    case "directory":
      return <DirectoryPage route={route} />;
    case "policy":
      return <PolicyPage route={route} />;
    case "compliance":
      return <CompliancePage route={route} />;
    case "unknown":
      return <Empty icon="info" title={t("notFound.title")} text={t("notFound.text")} />;
  }
}
