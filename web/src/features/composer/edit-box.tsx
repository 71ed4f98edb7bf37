/** In the place of what is written: the text of a message that is being changed. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef } from "react";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { useActionT } from "../../i18n/message-actions";
import { Button, IconButton } from "../../ui/button";
import { ActionIcon } from "../conversations/action-icon";
import { heldMessage, saveEdit } from "../conversations/changes";
import { TALLEST_PX } from "./composer";
import { endEdit, writeEdit } from "./editing";
import type { Edit } from "./edits";
import "../../styles/message-actions.css";

interface EditBoxProps {
  /** The conversation. */
  scope: Id;
  edit: Edit;
}

export function EditBox({ scope, edit }: EditBoxProps) {
  const t = useT();
  const say = useActionT();
  const client = useQueryClient();
  const hintId = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const message = heldMessage(client, scope, edit.id);
  const files = message?.files.length ?? 0;
  const body = edit.text.trim();
  const isEmpty = body === "" && files === 0;
  const isSame = body === message?.body.trim();
  const canSave = !isEmpty && !isSame;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the box grows with its text.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(TALLEST_PX, element.scrollHeight)}px`;
  }, [edit.text]);

  useEffect(() => {
    const element = box.current;
    element?.focus({ preventScroll: true });
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);

  const cancel = () => endEdit(scope, edit.id);
  const save = () => {
    if (canSave) void saveEdit(client, scope, edit);
    // Nothing was to be changed: that is done at once.
    else if (isSame) cancel();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") cancel();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    save();
  };
  const stays = files > 0 ? ` · ${say("edit.filesStay", { count: files })}` : "";
  return (
    <div className="composer" data-blocked="false">
      <div className="composer-box">
        <div className="composer-bar" data-testid="edit-bar">
          <ActionIcon name="edit" />
          <p>
            <strong>{say("edit.bar")}</strong>
            <span>{message?.body}</span>
          </p>
          <IconButton icon="close" label={say("edit.cancel")} onClick={cancel} />
        </div>
        {edit.error !== null && (
          <p className="composer-failure" role="alert">
            {say("edit.failed")} {edit.error || t("error.network")}
          </p>
        )}
        <textarea
          ref={box}
          rows={1}
          value={edit.text}
          aria-label={say("edit.label")}
          aria-describedby={hintId}
          onChange={(event) => writeEdit(scope, edit.id, event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-tools">
          <span className="composer-hint" id={hintId} data-reason={isEmpty}>
            {isEmpty ? say("edit.empty") : say("edit.hint") + stays}
          </span>
          <Button look="quiet" onClick={cancel}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" disabled={!canSave} onClick={save}>
            {say("edit.save")}
          </Button>
        </div>
      </div>
    </div>
  );
}
