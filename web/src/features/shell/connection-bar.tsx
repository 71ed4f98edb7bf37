/** Says that the connection is lost, once it has been for a moment: a short hiccup is nobody's business. */
import { useEffect, useState } from "react";
import { useT } from "../../i18n";
import { reconnectNow, useConnection } from "../../realtime/use-realtime";

const PATIENCE_MS = 1500;

export function ConnectionBar() {
  const t = useT();
  const connection = useConnection();
  const isLost = connection === "lost" || connection === "crowded";
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isLost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  return (
    <div className="connection-bar" role="status" data-shown={isShown}>
      {isShown && (
        <>
          <span className="spinner" aria-hidden="true" />
          <span>{t(connection === "crowded" ? "connection.crowded" : "connection.lost")}</span>
          <button type="button" onClick={reconnectNow}>
            {t("connection.now")}
          </button>
        </>
      )}
    </div>
  );
}
