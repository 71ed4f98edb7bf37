/** The place to write: the text, in which capacity, under which label; and, where it is not allowed, why. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, Suspense, useCallback, useEffect, useId, useLayoutEffect, useRef } from "react";
import type { DecisionRequest } from "../../api/queries";
import type { Attachment, Decision, Hat, Id, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { IconButton } from "../../ui/button";
import type { Marked } from "../../ui/label";
import { lazyPage } from "../../ui/lazy-page";
import { GrantNote } from "../exceptions/ask-exception";
import { AttachButton } from "./attach-button";
import { useHasFilesToShow } from "./attached";
import { DenialNotice } from "./denial-notice";
import { useEdit } from "./edits";
import { HatChooser } from "./hat-chooser";
import { LabelPicker } from "./label-picker";
import type { Attaching } from "./use-attaching";
import { useComposer } from "./use-composer";

/** What the composer hands on. */
export interface Written {
  body: string;
  /** What it brings; there may be no words then. */
  files: Attachment[];
  /** The message that it answers. */
  replyTo: Id | null;
  /** What was chosen, or is usual here; none: whatever the server takes. */
  label: Marked | null;
  hat: string;
  principal: PersonRef | null;
}

export interface ComposerProps {
  /** What the draft, the refusal and the choice of hat belong to. */
  scope: string;
  conversationId: string | null;
  /** The one who reads, where it is one. */
  personId?: string;
  isAllowed: boolean;
  denial: Decision | null;
  /** The address of the place, of which the labels are asked: `/conversations/…` or `/people/…`. */
  place: string;
  hats: Hat[];
  ask: DecisionRequest;
  /** None where no files are taken. */
  attaching?: Attaching | null;
  isBusy?: boolean;
  failure?: string | null;
  onSend: (message: Written) => void;
}

const AttachedFiles = lazyPage(async () => (await import("./attached-files")).AttachedFiles);

const ReplyBar = lazyPage(async () => (await import("./reply-bar")).ReplyBar);
const EditBox = lazyPage(async () => (await import("./edit-box")).EditBox);

export const TALLEST_PX = 220;

const isModified = (event: KeyboardEvent) => event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;

/** A message that is being changed takes the place of what is written, which waits. */
export function Composer(props: ComposerProps) {
  const edit = useEdit(props.scope);
  if (!edit) return <WriteBox {...props} />;
  return (
    // Until it is here, nothing moves.
    <Suspense fallback={<WriteBox {...props} />}>
      <EditBox key={edit.id} scope={props.scope} edit={edit} />
    </Suspense>
  );
}

function WriteBox(props: ComposerProps) {
  const t = useT();
  const client = useQueryClient();
  const composer = useComposer(props);
  const { text, isBlocked, refusal, label } = composer;
  const { attaching } = props;
  const reason = composer.waitsFor && t(composer.waitsFor);
  const showsFiles = useHasFilesToShow(props.scope);
  const hintId = useId();
  const box = useRef<HTMLTextAreaElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the box grows with its text.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(TALLEST_PX, element.scrollHeight)}px`;
  }, [text]);

  const focus = useCallback(() => {
    // A phone's keyboard must not open by itself.
    if (matchMedia("(hover: hover)").matches) box.current?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    if (!isBlocked) focus();
  }, [isBlocked, focus]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") {
      if (refusal?.isFresh) composer.dismiss();
      else composer.stopReply();
    }
    const { conversationId } = props;
    if (event.key === "ArrowUp" && text === "" && !showsFiles && conversationId && !isModified(event)) {
      event.preventDefault();
      void import("../conversations/edit-last").then((program) => program.editLast(client, conversationId));
    }
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    composer.send();
  };

  return (
    <div className="composer" data-blocked={isBlocked}>
      {refusal && (
        <DenialNotice
          decision={refusal.decision}
          text={text}
          personId={props.personId}
          onDismiss={refusal.isFresh ? composer.dismiss : undefined}
        />
      )}
      {props.personId && !refusal && <GrantNote personId={props.personId} />}
      {props.failure && (
        <p className="form-error" role="alert">
          {props.failure}
        </p>
      )}
      <div className="composer-box">
        {composer.replyTo && props.conversationId && (
          <Suspense fallback={null}>
            <ReplyBar
              conversationId={props.conversationId}
              id={composer.replyTo}
              onCancel={() => {
                composer.stopReply();
                focus();
              }}
            />
          </Suspense>
        )}
        {showsFiles && (
          <Suspense fallback={null}>
            <AttachedFiles scope={props.scope} limits={attaching?.limits} onRemoved={focus} />
          </Suspense>
        )}
        <textarea
          ref={box}
          rows={1}
          value={text}
          readOnly={isBlocked}
          aria-disabled={isBlocked}
          aria-label={t("composer.label")}
          placeholder={isBlocked ? t("composer.blocked") : t("composer.placeholder")}
          onChange={(event) => composer.write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-tools">
          {attaching && <AttachButton attaching={attaching} onAttached={focus} />}
          {props.hats.length > 1 && (
            <HatChooser hats={props.hats} chosen={composer.hatKey} onChoose={composer.chooseHat} />
          )}
          {label && (
            <LabelPicker
              levels={composer.levels}
              chosen={label}
              onChoose={composer.chooseLabel}
              isDisabled={isBlocked}
            />
          )}
          <span className="composer-hint" id={hintId} data-reason={reason !== null}>
            {reason ?? t("composer.hint")}
          </span>
          <IconButton
            icon="send"
            className="send-button"
            label={t("composer.send")}
            disabled={!composer.canSend && reason === null}
            // It can be reached, so that one can hear what it waits for.
            aria-disabled={reason !== null}
            aria-describedby={reason === null ? undefined : hintId}
            onClick={composer.send}
          />
        </div>
      </div>
    </div>
  );
}
