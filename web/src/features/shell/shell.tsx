/** The house: the sidebar, the page beside it, and what may lie over both. On a phone one of the two at a time. */
import { Suspense, useState } from "react";
import { useT } from "../../i18n";
import { closePerson, useOpenPerson, usePath } from "../../navigation";
import { parsePath } from "../../paths";
import { Page } from "../../routes";
import { useMuted } from "../notices/muted";
import { useShortcuts } from "../shortcuts/use-shortcuts";
import { Switcher } from "../switcher/switcher";
import { ConnectionBar } from "./connection-bar";
import { lazyDialog } from "./lazy-dialog";
import { SidebarView } from "./sidebar";
import { isLoud, onlyUnread, unreadOf } from "./sidebar-model";
import { useFocusAfterMove } from "./use-focus";
import { useSidebar } from "./use-sidebar";

export type Overlay = "switcher" | "direct" | "shortcuts" | "readAll" | "new" | null;

const ShortcutSheet = lazyDialog(async () => (await import("../shortcuts/sheet")).ShortcutSheet);
const ReadAll = lazyDialog(async () => (await import("../shortcuts/read-all")).ReadAll);
const PersonCardSheet = lazyDialog<{ id: string; onClose: () => void }>(
  async () => (await import("../people/person-card")).PersonCardSheet,
);
const NewConversation = lazyDialog(
  async () => (await import("../conversations/new-conversation-dialog")).NewConversationDialog,
);

export function Shell() {
  const t = useT();
  const path = usePath();
  const route = parsePath(path);
  const openPersonId = useOpenPerson();
  const sidebar = useSidebar();
  const muted = useMuted();
  const isFiltered = onlyUnread.use((value) => value);
  const sections = isFiltered ? unreadOf(sidebar.sections, path) : sidebar.sections;
  const [overlay, setOverlay] = useState<Overlay>(null);
  useShortcuts({ sections, path, isUnread: (entry) => isLoud(entry, muted), overlay, open: setOverlay });
  useFocusAfterMove(path);
  const close = () => setOverlay(null);
  return (
    <>
      <a className="skip-link" href="#main">
        {t("shell.skip")}
      </a>
      <ConnectionBar />
      <div className="shell" data-screen={route.page === "home" ? "sidebar" : "page"}>
        <SidebarView sidebar={{ ...sidebar, sections }} path={path} onOpen={setOverlay} />
        <main className="page" id="main" tabIndex={-1}>
          <Page route={route} />
        </main>
      </div>
      {(overlay === "switcher" || overlay === "direct") && (
        <Switcher key={overlay} finds={overlay === "direct" ? "people" : "all"} onClose={close} />
      )}
      <Suspense fallback={null}>
        {openPersonId && <PersonCardSheet key={openPersonId} id={openPersonId} onClose={closePerson} />}
        {overlay === "shortcuts" && <ShortcutSheet onClose={close} />}
        {overlay === "new" && <NewConversation onClose={close} />}
        {overlay === "readAll" && <ReadAll onClose={close} />}
      </Suspense>
    </>
  );
}
