/** State that lives outside the component tree and is not the server's: one value, and those who watch it. */
import { useSyncExternalStore } from "react";

export interface Store<Value> {
  get: () => Value;
  set: (change: (value: Value) => Value) => void;
  use: <Part>(select: (value: Value) => Part) => Part;
  /** Returns what ends it. */
  subscribe: (listener: () => void) => () => void;
}

/** `select` must return the same object for the same value, as `useSyncExternalStore` wants it. */
export function createStore<Value>(initial: Value, onChange?: (value: Value) => void): Store<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const get = () => value;
  return {
    get,
    subscribe,
    set: (change) => {
      const next = change(value);
      if (Object.is(next, value)) return;
      value = next;
      onChange?.(next);
      for (const listener of listeners) listener();
    },
    use: (select) => useSyncExternalStore(subscribe, () => select(get())),
  };
}

/** What the browser kept, or `fallback` where it kept nothing that can be read. */
export function readKept<Value>(key: string, fallback: Value): Value {
  try {
    const text = localStorage.getItem(key);
    return text ? (JSON.parse(text) as Value) : fallback;
  } catch {
    return fallback;
  }
}

/** Keeps a value in the browser. A full or forbidden storage loses the copy, not the work at hand. */
export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch (error) {
    console.warn("cannot keep", key, error);
  }
}

/** Forgets what the browser kept under this name. */
export function forgetKept(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch (error) {
    console.warn("cannot forget", key, error);
  }
}

/** A value that this browser keeps and all its tabs share. */
export function createKept<Value>(key: string, fallback: Value): Store<Value> {
  const read = () => readKept(key, fallback);
  const store = createStore(read(), (value) => keep(key, value));
  window.addEventListener("storage", (event) => {
    if (event.key === key) store.set(read);
  });
  return store;
}
