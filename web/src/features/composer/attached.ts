/**
 * Files that are to be sent, per conversation, with how far each is. In memory only: the browser keeps no file that it
 * was shown, so they last as long as the page.
 */
import { remove as removeAt } from "../../api/client";
import { onLeave } from "../../api/session";
import type { Attachment, Id } from "../../api/types";
import { createStore } from "../../store";

export interface Attached {
  /** Of this page's own. */
  id: Id;
  name: string;
  size: number;
  mediaType: string;
  /** The octets; none where a message that was refused gave its files back. */
  file: File | null;
  /** In which hat it is sent. */
  hat: string;
  status: "waiting" | "uploading" | "uploaded" | "failed";
  /** How much of it has gone out, between 0 and 1. */
  part: number;
  /** Why it failed, in the server's words. */
  error: string | null;
  isDenied: boolean;
  /** As the server has it. */
  stored: Attachment | null;
}

/** Why a file was not taken at all. */
export interface Refused {
  why: "empty" | "folder" | "tooLarge" | "tooLargeTogether" | "tooMany" | "notLoaded";
  name: string;
  size: number;
}

let owner: Id | null = null;
const NOTHING: readonly Attached[] = [];
const NO_REFUSALS: readonly Refused[] = [];
const attached = createStore<Record<string, readonly Attached[]>>({});
const refusals = createStore<Record<string, readonly Refused[]>>({});

export const attachedTo = (scope: string): readonly Attached[] => attached.get()[scope] ?? NOTHING;
export const allAttached = () => Object.entries(attached.get());
export const useAttached = (scope: string) => attached.use((all) => all[scope] ?? NOTHING);
export const useHasAttached = (scope: string) => attached.use((all) => (all[scope]?.length ?? 0) > 0);
export const useRefused = (scope: string) => refusals.use((all) => all[scope] ?? NO_REFUSALS);

/** Whether there is anything to show of files: those that are attached, or why one is not. */
export function useHasFilesToShow(scope: string): boolean {
  const hasRefused = refusals.use((all) => scope in all);
  return useHasAttached(scope) || hasRefused;
}

export function setAttached(scope: string, files: readonly Attached[]): void {
  attached.set(({ [scope]: _former, ...others }) =>
    files.length > 0 ? { ...others, [scope]: files } : others,
  );
}

export function setRefused(scope: string, refused: readonly Refused[]): void {
  if ((refusals.get()[scope] ?? NO_REFUSALS).length + refused.length === 0) return;
  refusals.set(({ [scope]: _former, ...others }) =>
    refused.length > 0 ? { ...others, [scope]: refused } : others,
  );
}

export function changeAttached(scope: string, id: Id, change: Partial<Attached>): void {
  const files = attachedTo(scope);
  // What was removed meanwhile stays removed.
  if (!files.some((one) => one.id === id)) return;
  setAttached(
    scope,
    files.map((one) => (one.id === id ? { ...one, ...change } : one)),
  );
}

/** Tells the server that a file will not be sent. What it does not hear of it forgets by itself within a day. */
export function takeBack(fileId: Id): void {
  removeAt(`/files/${fileId}`).catch((error) => console.warn("a file was not taken back", error));
}

/** What may go out with a message now; it is not to be sent any more. */
export function takeUploaded(scope: string): Attached[] {
  const files = attachedTo(scope);
  setRefused(scope, []);
  setAttached(scope, NOTHING);
  return [...files];
}

/** Gives the files of a refused message back. */
export function restoreAttached(scope: string, hat: string, files: readonly Attachment[]): void {
  const given = files.map(
    (stored): Attached => ({
      id: stored.id,
      name: stored.name,
      size: stored.size,
      mediaType: stored.media_type,
      file: null,
      hat,
      status: "uploaded",
      part: 1,
      error: null,
      isDenied: false,
      stored,
    }),
  );
  setAttached(scope, [...given, ...attachedTo(scope)]);
}

function forgetAll(): void {
  attached.set(() => ({}));
  refusals.set(() => ({}));
}

onLeave(forgetAll);

/** What one person attached is not there for whoever signs in after them. */
export function openAttached(personId: Id): void {
  if (owner !== personId) forgetAll();
  owner = personId;
}
