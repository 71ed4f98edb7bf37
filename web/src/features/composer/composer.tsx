/** The place to write: the text, in which capacity, under which label; and, where it is not allowed, why. */
import { type KeyboardEvent, Suspense, useCallback, useEffect, useId, useLayoutEffect, useRef } from "react";
import type { DecisionRequest } from "../../api/queries";
import type { Attachment, Decision, Hat, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { IconButton } from "../../ui/button";
import type { Marked } from "../../ui/label";
import { lazyPage } from "../../ui/lazy-page";
import { GrantNote } from "../exceptions/ask-exception";
import { AttachButton } from "./attach-button";
import { useHasFilesToShow } from "./attached";
import { DenialNotice } from "./denial-notice";
import { HatChooser } from "./hat-chooser";
import { LabelPicker } from "./label-picker";
import type { Attaching } from "./use-attaching";
import { useComposer } from "./use-composer";

/** What the composer hands on. */
export interface Written {
  body: string;
  /** What it brings; there may be no words then. */
  files: Attachment[];
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

const TALLEST_PX = 220;

export function Composer(props: ComposerProps) {
  const t = useT();
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
    if (event.key === "Escape" && refusal?.isFresh) composer.dismiss();
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
