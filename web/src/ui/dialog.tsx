/** A dialog over the page: in the middle, as a sheet at the right edge, or over all of it. Focus stays inside; Esc closes. */
import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useT } from "../i18n";
import { IconButton } from "./button";

interface DialogProps {
  title: string;
  onClose: () => void;
  look?: "middle" | "sheet" | "top" | "full";
  /** The title is read out, not shown. */
  hideTitle?: boolean;
  children: ReactNode;
}

export function Dialog({ title, onClose, look = "middle", hideTitle = false, children }: DialogProps) {
  const t = useT();
  return (
    <ModalOverlay
      className="overlay"
      data-look={look}
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="modal" data-look={look}>
        <AriaDialog className="dialog" aria-label={hideTitle ? title : undefined}>
          {!hideTitle && (
            <header className="dialog-head">
              <Heading slot="title">{title}</Heading>
              <IconButton icon="close" label={t("common.close")} onClick={onClose} />
            </header>
          )}
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
