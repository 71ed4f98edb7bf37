/** Chooses the files that fit into a message, and uploads them: two at a time, each to be stopped or tried again. */
import { asApiError } from "../../api/errors";
import { onLeave } from "../../api/session";
import { upload } from "../../api/transfer";
import type { Attachment, FileLimits, Id } from "../../api/types";
import {
  type Attached,
  allAttached,
  attachedTo,
  changeAttached,
  type Refused,
  setAttached,
  setRefused,
  takeBack,
} from "./attached";
import { dismissDenial, setDenial } from "./denials";

const AT_ONCE = 2;
const underWay = new Map<Id, AbortController>();
let lastId = 0;

onLeave(() => {
  for (const stop of underWay.values()) stop.abort();
});

/** What fits into one message with what is attached already, and of each of the others why it does not. */
export function sift(
  scope: string,
  files: readonly File[],
  limits: FileLimits,
  folders: readonly string[] = [],
): { fitting: File[]; refused: Refused[] } {
  const fitting: File[] = [];
  const refused = folders.map((name): Refused => ({ why: "folder", name, size: 0 }));
  const before = attachedTo(scope);
  let total = before.reduce((sum, one) => sum + one.size, 0);
  for (const file of files) {
    const why = faultOf(file, before.length + fitting.length, total, limits);
    if (why) {
      refused.push({ why, name: file.name, size: file.size });
      continue;
    }
    fitting.push(file);
    total += file.size;
  }
  return { fitting, refused };
}

export function attach(conversationId: Id, hat: string, files: readonly File[]): void {
  const more = files.map((file) => newlyAttached(hat, file));
  setAttached(conversationId, [...attachedTo(conversationId), ...more]);
  pump();
}

function faultOf(file: File, count: number, total: number, limits: FileLimits): Refused["why"] | null {
  if (count >= limits.max_per_message) return "tooMany";
  if (file.size === 0) return "empty";
  if (file.size > limits.max_bytes) return "tooLarge";
  return total + file.size > limits.max_bytes ? "tooLargeTogether" : null;
}

function newlyAttached(hat: string, file: File): Attached {
  lastId += 1;
  return {
    id: `attached-${lastId}`,
    name: file.name,
    size: file.size,
    mediaType: file.type,
    file,
    hat,
    status: "waiting",
    part: 0,
    error: null,
    isDenied: false,
    stored: null,
  };
}

/** Stops it if it is on its way; the server forgets it if it is there. */
export function detach(scope: string, id: Id): void {
  const one = attachedTo(scope).find((file) => file.id === id);
  if (!one) return;
  setRefused(scope, []);
  setAttached(
    scope,
    attachedTo(scope).filter((file) => file.id !== id),
  );
  underWay.get(id)?.abort();
  if (one.stored) takeBack(one.stored.id);
}

export function tryAgain(scope: string, id: Id): void {
  dismissDenial(scope);
  changeAttached(scope, id, { status: "waiting", part: 0, error: null, isDenied: false });
  pump();
}

function pump(): void {
  for (const [scope, files] of allAttached()) {
    for (const one of files) {
      if (underWay.size >= AT_ONCE) return;
      if (one.status === "waiting" && one.file) void send(scope, one, one.file);
    }
  }
}

async function send(scope: string, one: Attached, file: File): Promise<void> {
  const stop = new AbortController();
  underWay.set(one.id, stop);
  changeAttached(scope, one.id, { status: "uploading" });
  const query = new URLSearchParams({ name: one.name, ...(one.hat === "own" ? {} : { hat: one.hat }) });
  try {
    const path = `/conversations/${scope}/files?${query}`;
    const answer = await upload<{ file: Attachment }>(path, file, {
      signal: stop.signal,
      onProgress: (part) => changeAttached(scope, one.id, { part }),
    });
    // It was removed while its answer was on the way.
    if (stop.signal.aborted) takeBack(answer.file.id);
    else changeAttached(scope, one.id, { status: "uploaded", part: 1, stored: answer.file });
  } catch (caught) {
    if (!stop.signal.aborted) failed(scope, one.id, asApiError(caught));
  } finally {
    underWay.delete(one.id);
    pump();
  }
}

function failed(scope: string, id: Id, error: ReturnType<typeof asApiError>): void {
  if (!error.decision) {
    changeAttached(scope, id, { status: "failed", error: error.detail.message ?? null });
    return;
  }
  // What holds for one holds for all of them: nobody is told the same again for each.
  setDenial(scope, error.decision);
  for (const one of attachedTo(scope)) {
    if (one.status === "uploaded") continue;
    changeAttached(scope, one.id, { status: "failed", error: null, isDenied: true });
    if (one.id !== id) underWay.get(one.id)?.abort();
  }
}
