/** Files on their way to the server and from it: with how far they are, and so that they can be stopped. */
import { ApiError } from "./errors";
import { readError } from "./read-error";
import { accessToken, refresh, requestLanguage } from "./session";

interface Transfer {
  /** Between 0 and 1. */
  onProgress: (part: number) => void;
  signal: AbortSignal;
}

/** `fetch` does not say how much of a body has gone out. */
function sendOnce(path: string, token: string, file: Blob, { onProgress, signal }: Transfer) {
  return new Promise<XMLHttpRequest>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1${path}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Accept-Language", requestLanguage());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => resolve(request);
    request.onerror = () => reject(ApiError.network());
    request.onabort = () => reject(ApiError.network());
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) reject(ApiError.network());
    else request.send(file);
  });
}

export async function upload<T>(path: string, file: Blob, transfer: Transfer): Promise<T> {
  let answer = await sendOnce(path, await accessToken(), file, transfer);
  if (answer.status === 401) answer = await sendOnce(path, await refresh(), file, transfer);
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.responseText) as T;
  throw await readError(new Response(answer.responseText || null, { status: answer.status }));
}

/** The octets of `response`, as one piece. */
export async function readWhole(response: Response, size: number, onProgress: (part: number) => void) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!response.body) return response.blob();
  const pieces: BlobPart[] = [];
  let got = 0;
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value as BlobPart);
    got += piece.value.length;
    onProgress(size > 0 ? Math.min(1, got / size) : 0);
  }
  return new Blob(pieces, { type });
}
