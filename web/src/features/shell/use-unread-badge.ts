/** Unread messages in the title and on the icon of the browser's tab. */
import { useEffect } from "react";

export function useUnreadBadge(unread: number): void {
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? "99+" : unread}) Chancery` : "Chancery";
    const icon = document.getElementById("favicon");
    icon?.setAttribute("href", unread > 0 ? "/favicon-unread.svg" : "/favicon.svg");
    return () => {
      document.title = "Chancery";
      icon?.setAttribute("href", "/favicon.svg");
    };
  }, [unread]);
}
