/** The house: the sidebar, the page beside it, and what may lie over both. On a phone one of the two at a time. */
import { useState } from "react";
import { useT } from "../../i18n";
import { useOpenPerson, usePath } from "../../navigation";
import { parsePath } from "../../paths";
import { Page } from "../../routes";
import { NewConversationDialog } from "../conversations/new-conversation-dialog";
import { PersonCardSheet } from "../people/person-card";
import { Switcher } from "../switcher/switcher";
import { ConnectionBar } from "./connection-bar";
import { Shortcuts } from "./shortcuts";
import { SidebarView } from "./sidebar";
import { useKeyboard } from "./use-keyboard";
import { useSidebar } from "./use-sidebar";
import { useUnreadBadge } from "./use-unread-badge";

export type Overlay = "switcher" | "shortcuts" | "new" | null;

export function Shell() {
  const t = useT();
  const path = usePath();
  const route = parsePath(path);
  const openPersonId = useOpenPerson();
  const sidebar = useSidebar();
  const [overlay, setOverlay] = useState<Overlay>(null);
  useKeyboard(sidebar.sections, path, setOverlay);
  useUnreadBadge(sidebar.unread);
  const close = () => setOverlay(null);
  return (
    <>
      <a className="skip-link" href="#main">
        {t("shell.skip")}
      </a>
      <ConnectionBar />
      <div className="shell" data-screen={route.page === "home" ? "sidebar" : "page"}>
        <SidebarView sidebar={sidebar} path={path} onOpen={setOverlay} />
        <main className="page" id="main" tabIndex={-1}>
          <Page route={route} />
        </main>
      </div>
      {openPersonId && <PersonCardSheet key={openPersonId} id={openPersonId} />}
      {overlay === "switcher" && <Switcher onClose={close} />}
      {overlay === "shortcuts" && <Shortcuts onClose={close} />}
      {overlay === "new" && <NewConversationDialog onClose={close} />}
    </>
  );
}
