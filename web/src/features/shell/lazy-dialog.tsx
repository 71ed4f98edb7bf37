/** Dialogs come when they are opened. */
import { type ComponentType, lazy } from "react";
import { useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";

interface Closable {
  onClose: () => void;
}

/** One that cannot be had, because the network is gone, says so. */
export const lazyDialog = <Props extends Closable>(load: () => Promise<ComponentType<Props>>) =>
  lazy(() =>
    load().then(
      (dialog) => ({ default: dialog }),
      () => ({ default: NotLoaded as ComponentType<Props> }),
    ),
  );

function NotLoaded({ onClose }: Closable) {
  const t = useT();
  return (
    <Dialog title={t("page.notLoaded")} onClose={onClose}>
      <p>{t("page.notLoadedText")}</p>
    </Dialog>
  );
}
