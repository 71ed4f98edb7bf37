/** Files on their way to the reader's disk. They go on while one reads elsewhere. */
import { request } from "../../api/client";
import { asApiError } from "../../api/errors";
import { onLeave } from "../../api/session";
import { readWhole } from "../../api/transfer";
import type { Attachment } from "../../api/types";
import { createStore } from "../../store";

/** How far it is, or why it did not come: it may be gone, or the server says something, or there was no answer. */
export type Download = { part: number } | { isGone: boolean; error: string | null };

/** By the path that it is fetched from. */
const downloads = createStore<Record<string, Download>>({});
const stops = new Map<string, AbortController>();
/** How long the browser may take to begin with what it was given. */
const HANDED_OVER_MS = 60_000;

export const useDownload = (path: string): Download | null => downloads.use((all) => all[path] ?? null);

function put(path: string, download: Download | null): void {
  downloads.set(({ [path]: _former, ...others }) => (download ? { ...others, [path]: download } : others));
}

onLeave(() => {
  for (const path of stops.keys()) cancelDownload(path);
  downloads.set(() => ({}));
});

export async function download(path: string, file: Pick<Attachment, "name" | "size">): Promise<void> {
  if (stops.has(path)) return;
  const stop = new AbortController();
  stops.set(path, stop);
  put(path, { part: 0 });
  try {
    const response = await request("GET", path, undefined, stop.signal);
    const blob = await readWhole(response, file.size, (part) => put(path, { part }));
    save(blob, file.name);
    put(path, null);
  } catch (caught) {
    const error = asApiError(caught);
    put(
      path,
      stop.signal.aborted ? null : { isGone: error.status === 404, error: error.detail.message ?? null },
    );
  } finally {
    stops.delete(path);
  }
}

export function cancelDownload(path: string): void {
  stops.get(path)?.abort();
}

/** Gives octets to the browser, to be kept under the name. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HANDED_OVER_MS);
}
