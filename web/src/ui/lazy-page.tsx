/** Pages that few people open come when they are opened. */
import { type ComponentType, lazy } from "react";
import { useT } from "../i18n";
import { Button } from "./button";
import { Empty } from "./notice";

/** Of pages loaded with `load`. One that cannot be had, because the network or this version of the program is gone, says so. */
export function lazyPage<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  return lazy(() => load().then(asPage, () => asPage(NotLoaded as ComponentType<Props>)));
}

const asPage = <Props extends object>(page: ComponentType<Props>) => ({ default: page });

function NotLoaded() {
  const t = useT();
  return (
    <Empty icon="alert" title={t("page.notLoaded")} text={t("page.notLoadedText")}>
      <Button icon="retry" onClick={() => window.location.reload()}>
        {t("page.reload")}
      </Button>
    </Empty>
  );
}
