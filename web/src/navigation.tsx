/** The address bar as state, and links that move it without loading the page again. */
import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function notify(): void {
  for (const listener of listeners) listener();
}

if (typeof window !== "undefined") window.addEventListener("popstate", notify);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return;
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  notify();
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);
export const useSearch = (): string => useSyncExternalStore(subscribe, () => location.search);

/** Which person's card lies over the page, if any. */
export function useOpenPerson(): string | null {
  return new URLSearchParams(useSearch()).get("person");
}

/** The page below stays as it is, with all that its address says. */
function withPerson(id?: string): string {
  const { pathname, searchParams } = new URL(location.href);
  searchParams.delete("person");
  if (id) searchParams.set("person", id);
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname;
}

export const openPerson = (id: string): void => navigate(withPerson(id));
export const closePerson = (): void => navigate(withPerson(), { replace: true });

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string; replace?: boolean };

/** A real link: it can be opened in a new tab, and a plain click stays in the page. */
export function Link({ to, replace, onClick, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isPlain) return;
    event.preventDefault();
    navigate(to, { replace });
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
