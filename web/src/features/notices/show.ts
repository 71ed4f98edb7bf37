/** Shows notices on the desktop, one for each conversation, and takes them away when it was read. */
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { permission } from "./permission";
import type { Said } from "./rules";

const shown = new Map<string, Notification>();

/** Returns whether it could be shown. */
export function show(said: Said, conversationId: string | null): boolean {
  if (permission() !== "granted") return false;
  try {
    // A notice of the same conversation takes the place of the former one. The sound is our own.
    const options = { body: said.body, tag: conversationId ?? "test", icon: "/icon-192.png", silent: true };
    const notice = new Notification(said.title, options);
    notice.onclick = () => {
      window.focus();
      if (conversationId) navigate(paths.conversation(conversationId));
      notice.close();
    };
    if (conversationId) shown.set(conversationId, notice);
    return true;
  } catch (error) {
    // Android has notices of service workers only.
    console.warn("cannot show a notice", error);
    return false;
  }
}

/** Takes away those that `isRead` says are. */
export function closeRead(isRead: (conversationId: string) => boolean): void {
  for (const [id, notice] of shown) {
    if (!isRead(id)) continue;
    notice.close();
    shown.delete(id);
  }
}
