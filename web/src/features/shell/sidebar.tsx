/** The sidebar: who and what one works with, already there on the first day. */
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { labelRequestsQuery, meQuery } from "../../api/queries";
import { signOut } from "../../api/session";
import { useT } from "../../i18n";
import { Link, navigate, openPerson } from "../../navigation";
import { paths } from "../../paths";
import { createStore, keep, readKept } from "../../store";
import { Avatar } from "../../ui/avatar";
import { IconButton } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Menu } from "../../ui/menu";
import { Failure, Waiting } from "../../ui/notice";
import { Wordmark } from "../../ui/wordmark";
import { tabsOf } from "../compliance/duties";
import { keepsDirectory } from "../directory/duties";
import { useToDecide } from "../exceptions/exceptions";
import { Attendant } from "../notices/attendant";
import { useMuted } from "../notices/muted";
import { answersForPolicy } from "../policy/duties";
import { Keys } from "../shortcuts/keys";
import type { Overlay } from "./shell";
import { isLoud, onlyUnread, type SectionId, type SidebarSection } from "./sidebar-model";
import { SidebarRow } from "./sidebar-row";
import { AllRead, UnreadToggle } from "./unread-filter";
import type { Sidebar } from "./use-sidebar";

interface SidebarProps {
  sidebar: Sidebar;
  path: string;
  onOpen: (overlay: Overlay) => void;
}

export function SidebarView({ sidebar, path, onOpen }: SidebarProps) {
  const t = useT();
  const me = useQuery(meQuery).data;
  const roles = me?.roles;
  return (
    <nav className="sidebar" aria-label={t("sidebar.label")}>
      <header className="sidebar-head">
        <Link to={paths.home()} className="sidebar-home">
          <Wordmark />
        </Link>
        <Link
          to={paths.search()}
          className="icon-button"
          aria-label={t("nav.search")}
          title={t("nav.search")}
        >
          <Icon name="search" />
        </Link>
        <MyMenu onOpen={onOpen} />
      </header>
      <div className="sidebar-find">
        <button type="button" className="sidebar-search" onClick={() => onOpen("switcher")}>
          <Icon name="search" size={18} />
          <span>{t("sidebar.search")}</span>
          <span aria-hidden="true">
            <Keys of="switcher" />
          </span>
        </button>
        <UnreadToggle />
      </div>
      <div className="sidebar-pages">
        <PageLink to={paths.units()} icon="tree" text={t("nav.units")} isOpen={path.startsWith("/units")} />
        {keepsDirectory(roles) && (
          <PageLink
            to={paths.directory()}
            icon="unit"
            text={t("nav.directory")}
            isOpen={path.startsWith("/directory")}
          />
        )}
        {answersForPolicy(roles) && (
          <PageLink
            to={paths.policy()}
            icon="rule"
            text={t("nav.policy")}
            isOpen={path.startsWith("/policy")}
          />
        )}
        <ComplianceLink roles={roles} isOpen={path.startsWith("/compliance")} />
        {me?.decides_on_labels && <LabelRequestsLink isOpen={path === paths.labelRequests()} />}
        <PageLink to={paths.people()} icon="people" text={t("nav.people")} isOpen={path === paths.people()} />
        <ExceptionsLink isOpen={path.startsWith("/exceptions")} />
      </div>
      <div className="sidebar-scroll">
        {sidebar.isLoading && <Waiting />}
        {sidebar.error && <Failure error={sidebar.error} onRetry={sidebar.retry} />}
        {!sidebar.isLoading &&
          !sidebar.error &&
          sidebar.sections.map((section) => (
            <Section key={section.id} section={section} path={path} onNew={() => onOpen("new")} />
          ))}
        {!sidebar.isLoading && sidebar.sections.length === 0 && !sidebar.error && <AllRead />}
      </div>
      <Suspense fallback={null}>
        <Attendant />
      </Suspense>
    </nav>
  );
}

/** Leads to the first page that the roles open; there is no link where they open none. */
function ComplianceLink({ roles, isOpen }: { roles: readonly string[] | undefined; isOpen: boolean }) {
  const t = useT();
  const [first] = tabsOf(roles);
  if (!first) return null;
  return <PageLink to={paths.compliance(first)} icon="search" text={t("nav.compliance")} isOpen={isOpen} />;
}

/** With how many requests wait for a decision. */
function ExceptionsLink({ isOpen }: { isOpen: boolean }) {
  const t = useT();
  const count = useToDecide();
  return (
    <PageLink
      to={paths.exceptions()}
      icon="ask"
      text={t("nav.exceptions")}
      isOpen={isOpen}
      count={count}
      counted={t("exception.toDecide", { count })}
    />
  );
}

/** With the number of those who wait for a decision. */
function LabelRequestsLink({ isOpen }: { isOpen: boolean }) {
  const t = useT();
  const count = useQuery(labelRequestsQuery(true)).data?.length ?? 0;
  return (
    <PageLink
      to={paths.labelRequests()}
      icon="lock"
      text={t("nav.labelRequests")}
      isOpen={isOpen}
      count={count}
      counted={t("label.waitingCount", { count })}
    />
  );
}

interface PageLinkProps {
  to: string;
  icon: IconName;
  text: string;
  isOpen: boolean;
  count?: number;
  /** What the number means. */
  counted?: string;
}

function PageLink(props: PageLinkProps) {
  const { count = 0 } = props;
  return (
    <Link to={props.to} className="sidebar-row" aria-current={props.isOpen ? "page" : undefined}>
      <span className="row-icon">
        <Icon name={props.icon} />
      </span>
      <span className="row-name">{props.text}</span>
      {count > 0 && (
        <span className="badge">
          <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
          <span className="visually-hidden">{props.counted}</span>
        </span>
      )}
    </Link>
  );
}

/** Long lists (forty peers) show their beginning, and those with whom one already writes. */
const SHOWN_AT_FIRST = { unit: 4, superiors: 2, peers: 5, reports: 5, conversations: 40 } as const;
const KEPT = "chancery.collapsed";

const collapsed = createStore<readonly SectionId[]>(readKept(KEPT, []), (value) => keep(KEPT, value));

function toggleSection(id: SectionId): void {
  collapsed.set((ids) => (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]));
}

function Section({ section, path, onNew }: { section: SidebarSection; path: string; onNew: () => void }) {
  const t = useT();
  const [isWhole, setWhole] = useState(false);
  const muted = useMuted();
  // Of what is unread all is shown: there is nothing to fold away.
  const isFiltered = onlyUnread.use((value) => value);
  const isCollapsed = collapsed.use((ids) => ids.includes(section.id)) && !isFiltered;
  const limit = isCollapsed ? 0 : SHOWN_AT_FIRST[section.id];
  const entries =
    isFiltered || (isWhole && !isCollapsed)
      ? section.entries
      : section.entries.filter(
          (entry, index) =>
            index < limit ||
            (!isCollapsed && section.id !== "conversations" && entry.conversation !== null) ||
            isLoud(entry, muted) ||
            entry.to === path,
        );
  const hidden = section.entries.length - entries.length;
  return (
    <section className="sidebar-section" aria-label={t(`sidebar.${section.id}`)}>
      <header>
        <h2>
          <button type="button" aria-expanded={!isCollapsed} onClick={() => toggleSection(section.id)}>
            {t(`sidebar.${section.id}`)}
            <Icon name={isCollapsed ? "right" : "down"} size={12} />
          </button>
        </h2>
        {section.id === "conversations" && <IconButton icon="plus" label={t("new.title")} onClick={onNew} />}
      </header>
      {section.entries.length === 0 && !isCollapsed && (
        <p className="sidebar-empty">{t("sidebar.noConversations")}</p>
      )}
      <ul>
        {entries.map((entry) => (
          <li key={entry.key}>
            <SidebarRow
              entry={entry}
              isOpen={entry.to === path}
              isMuted={muted.includes(entry.conversation?.id ?? "")}
            />
          </li>
        ))}
      </ul>
      {!isCollapsed && !isFiltered && (hidden > 0 || isWhole) && (
        <button type="button" className="sidebar-more" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t("sidebar.less") : t("sidebar.more", { count: hidden })}
        </button>
      )}
    </section>
  );
}

function MyMenu({ onOpen }: { onOpen: (overlay: Overlay) => void }) {
  const t = useT();
  const me = useQuery(meQuery).data;
  if (!me) return <span className="avatar avatar-medium" />;
  const choose = (id: string) => {
    if (id === "profile") openPerson(me.id);
    if (id === "settings") navigate(paths.settings());
    if (id === "shortcuts") onOpen("shortcuts");
    if (id === "out") void signOut().catch(() => undefined);
  };
  return (
    <Menu
      label={t("me.menu", { name: me.display_name })}
      buttonClass="me-button"
      button={<Avatar person={me} />}
      placement="bottom end"
      onChoose={choose}
      choices={[
        { id: "profile", text: me.display_name, detail: me.title, mark: <Avatar person={me} size="small" /> },
        { id: "settings", text: t("nav.settings"), mark: <Icon name="settings" size={18} /> },
        { id: "shortcuts", text: t("shortcuts.title"), mark: <Icon name="keyboard" size={18} /> },
        { id: "out", text: t("me.signOut"), mark: <Icon name="out" size={18} /> },
      ]}
    />
  );
}
