/**
 * What one does with the messages of a timeline: the buttons on the one that is pointed at or walked to, its menu, the
 * keys, and the dialogs. It listens to the whole list, so that the rows stay light; it comes after the first paint.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, Suspense, useEffect, useState } from "react";
import { createPortal, flushSync } from "react-dom";
import type { VirtualizerHandle } from "virtua";
import { messageLimitsQuery } from "../../api/queries";
import type { Conversation, PersonRef } from "../../api/types";
import { useActionT } from "../../i18n/message-actions";
import { lazyPage } from "../../ui/lazy-page";
import { setReply } from "../composer/drafts";
import { beginEdit } from "../composer/editing";
import { AskLowerDialog } from "../labels/ask-lower-dialog";
import { ActionIcon } from "./action-icon";
import { type Action, actionsOf } from "./actions-of";
import { DeleteDialog } from "./delete-dialog";
import { MessageMenu } from "./message-menu";
import { isGone, type Row } from "./rows";
import { useTimelineInput } from "./use-timeline-input";
import { useWalk } from "./use-walk";
import "../../styles/message-actions.css";

const HistoryDialog = lazyPage(async () => (await import("./history-dialog")).HistoryDialog);

interface MessageActionsProps {
  conversation: Conversation;
  me: PersonRef;
  rows: readonly Row[];
  box: RefObject<HTMLElement | null>;
  handle: RefObject<VirtualizerHandle | null>;
  onWalk: (key: string | null) => void;
}

type Open = { what: "menu" | "history" | "lower" | "delete"; row: Row; article: HTMLElement };

const SAID_MS = 2_500;
const MARKED_MS = 1_800;

export function MessageActions({ conversation, me, rows, box, handle, onWalk }: MessageActionsProps) {
  const say = useActionT();
  const client = useQueryClient();
  const limits = useQuery(messageLimitsQuery).data;
  const [open, setOpen] = useState<Open | null>(null);
  const [said, setSaid] = useState("");
  const rowOf = (article: Element | null) =>
    rows.find((row) => row.key === (article as HTMLElement)?.dataset.key);
  const offered = (row: Row) => actionsOf(row, { conversation, myId: me.id, limits, now: Date.now() });
  const walk = useWalk({ rows, box, handle });

  useEffect(() => {
    // One wants it at once when one wants it.
    import("../composer/reply-bar").catch(() => undefined);
    import("../composer/edit-box").catch(() => undefined);
  }, []);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  const perform = (action: Action, row: Row, article: HTMLElement) => {
    if (!row.id || !offered(row).includes(action)) return;
    // Its menu must be gone before the focus goes elsewhere.
    flushSync(() => setOpen(null));
    switch (action) {
      case "reply":
        setReply(conversation.id, row.id);
        box.current?.closest(".conversation")?.querySelector<HTMLElement>(".composer textarea")?.focus();
        return;
      case "edit":
        beginEdit(conversation.id, row.id, row.body);
        return;
      case "copy":
        void copy(row.body).then((isCopied) => setSaid(say(isCopied ? "act.copied" : "act.copyRefused")));
        return;
      default:
        setOpen({ what: action, row, article });
    }
  };

  const jump = (id: string) => {
    const index = rows.findIndex((row) => row.id === id);
    if (index < 0) return;
    walk.to(index, "center", (article) => {
      article.dataset.marked = "";
      setTimeout(() => delete article.dataset.marked, MARKED_MS);
    });
  };

  const active = useTimelineInput(box, {
    onWalk: (article) => onWalk(article?.dataset.key ?? null),
    onMenu: (article) => {
      const row = rowOf(article);
      if (row && offered(row).length > 0) setOpen({ what: "menu", row, article });
    },
    onAct: (act, article, button) => {
      const row = rowOf(article);
      if (act === "jump") jump(button.dataset.to ?? "");
      else if (row) perform(act as Action, row, article);
    },
    onStep: walk.step,
  });
  // What the menu is of keeps its buttons, wherever the pointer is.
  const article = open?.what === "menu" ? open.article : active;
  const row = rowOf(article);
  const shown = open && (rows.find((one) => one.key === open.row.key) ?? null);
  const close = () => setOpen(null);
  return (
    <>
      {article && row && !isGone(row) && (
        <Quick article={article} actions={offered(row)} onAct={(action) => perform(action, row, article)} />
      )}
      {open?.what === "menu" && shown && (
        <MessageMenu
          article={open.article}
          actions={offered(shown)}
          onAct={(action) => perform(action, shown, open.article)}
          // What was chosen may have opened something else by then.
          onClose={() => setOpen((now) => (now?.what === "menu" ? null : now))}
        />
      )}
      {open?.what === "delete" && shown?.id && !isGone(shown) && (
        <DeleteDialog
          row={shown}
          isMine={shown.author.id === me.id}
          conversationId={conversation.id}
          client={client}
          onClose={close}
        />
      )}
      {open?.what === "lower" && shown && (
        <AskLowerDialog conversation={conversation} message={shown} onClose={close} />
      )}
      {open?.what === "history" && shown && !isGone(shown) && (
        <Suspense fallback={null}>
          <HistoryDialog row={shown} conversationId={conversation.id} onClose={close} />
        </Suspense>
      )}
      <p className="timeline-said" role="status" data-shown={said !== ""}>
        {said}
      </p>
    </>
  );
}

interface QuickProps {
  article: HTMLElement;
  actions: readonly Action[];
  onAct: (action: Action) => void;
}

/** What is done most, beside the button of the menu. */
function Quick({ article, actions, onAct }: QuickProps) {
  const say = useActionT();
  const place = article.querySelector(".message-quick");
  if (!place) return null;
  return createPortal(
    (["reply", "edit"] as const)
      .filter((action) => actions.includes(action))
      .map((action) => (
        <button
          key={action}
          type="button"
          className="icon-button"
          aria-label={say(`act.${action}`)}
          title={say(`act.${action}`)}
          onClick={() => onAct(action)}
        >
          <ActionIcon name={action} />
        </button>
      )),
    place,
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
