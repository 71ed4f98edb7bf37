/** Which page an address shows. */
import { Suspense } from "react";
import { ConversationPage } from "./features/conversations/conversation-page";
import { DirectPage } from "./features/conversations/direct-page";
import { UnitsPage } from "./features/org-tree/units-page";
import { PeoplePage } from "./features/people/people-page";
import { SettingsPage } from "./features/settings/settings-page";
import { HomePage } from "./features/shell/home-page";
import { useT } from "./i18n";
import type { Route } from "./paths";
import { lazyPage } from "./ui/lazy-page";
import { Empty, Waiting } from "./ui/notice";

// Of officers and administrators: nobody else has to wait for them.
const CompliancePage = lazyPage(
  async () => (await import("./features/compliance/compliance-page")).CompliancePage,
);
const DirectoryPage = lazyPage(
  async () => (await import("./features/directory/directory-page")).DirectoryPage,
);
const ExceptionsPage = lazyPage(
  async () => (await import("./features/exceptions/exceptions-page")).ExceptionsPage,
);
const LabelRequestsPage = lazyPage(
  async () => (await import("./features/labels/requests-page")).LabelRequestsPage,
);
const PolicyPage = lazyPage(async () => (await import("./features/policy/policy-page")).PolicyPage);
// Whoever searches waits for an answer anyway.
const SearchPage = lazyPage(async () => (await import("./features/search/search-page")).SearchPage);

export function Page({ route }: { route: Route }) {
  return (
    <Suspense fallback={<Waiting />}>
      <Routed route={route} />
    </Suspense>
  );
}

function Routed({ route }: { route: Route }) {
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
    case "search":
      return <SearchPage />;
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
