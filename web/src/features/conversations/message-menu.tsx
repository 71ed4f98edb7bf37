/** Everything that may be done with a message, as a menu beside it. */
import { useLayoutEffect, useRef } from "react";
import { Menu, MenuItem, Popover } from "react-aria-components";
import { useT } from "../../i18n";
import { useActionT } from "../../i18n/message-actions";
import { ActionIcon } from "./action-icon";
import type { Action } from "./actions-of";

interface MessageMenuProps {
  article: HTMLElement;
  actions: readonly Action[];
  onAct: (action: Action) => void;
  onClose: () => void;
}

const KEYS: Partial<Record<Action, string>> = { reply: "R", edit: "E", delete: "Del" };

export function MessageMenu({ article, actions, onAct, onClose }: MessageMenuProps) {
  const t = useT();
  const say = useActionT();
  const anchor = useRef<Element | null>(null);
  anchor.current = article.querySelector("[data-act=menu]") ?? article;
  // It stays plain of which message it is.
  useLayoutEffect(() => {
    article.dataset.open = "";
    return () => {
      delete article.dataset.open;
    };
  }, [article]);
  return (
    <Popover
      className="popover"
      aria-label={t("message.menu")}
      triggerRef={anchor}
      placement="bottom end"
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Menu
        className="menu"
        aria-label={t("message.menu")}
        autoFocus="first"
        onAction={(key) => onAct(key as Action)}
        onClose={onClose}
      >
        {actions.map((action) => (
          <MenuItem
            key={action}
            id={action}
            className={`menu-item menu-item-${action}`}
            textValue={action === "lower" ? t("label.askLower") : say(`act.${action}`)}
          >
            <ActionIcon name={action} />
            <span className="menu-text">
              {action === "lower" ? t("label.askLower") : say(`act.${action}`)}
            </span>
            {KEYS[action] && <kbd>{KEYS[action]}</kbd>}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  );
}
