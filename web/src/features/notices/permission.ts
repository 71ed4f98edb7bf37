/** Whether the browser lets notices be shown, and the question for it. */
import { useSyncExternalStore } from "react";

export type Permission = NotificationPermission | "unsupported";

const listeners = new Set<() => void>();

export const permission = (): Permission =>
  typeof Notification === "undefined" ? "unsupported" : Notification.permission;

export async function askPermission(): Promise<Permission> {
  if (permission() === "default") await Notification.requestPermission();
  for (const listener of listeners) listener();
  return permission();
}

/** It may be changed in the browser's settings meanwhile: whoever comes back sees what holds. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("focus", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("focus", listener);
  };
}

export const usePermission = (): Permission => useSyncExternalStore(subscribe, permission);
