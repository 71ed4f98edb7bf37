/** One function per HTTP method: adds the token, renews it once when it has run out, turns refusals into `ApiError`. */
import { ApiError } from "./errors";
import { readError } from "./read-error";
import { accessToken, endSession, refresh, requestLanguage } from "./session";

type Query = Record<string, string | number | undefined>;

async function send(
  method: string,
  path: string,
  token: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = {
    Authorization: `Bearer ${token}`,
    "Accept-Language": requestLanguage(),
  };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch {
    throw ApiError.network();
  }
}

/** Sends the request; a 401 is answered once with a new token. */
export async function request(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  let response = await send(method, path, await accessToken(), body, signal);
  if (response.status === 401) response = await send(method, path, await refresh(), body, signal);
  if (response.ok) return response;
  const error = await readError(response);
  if (error.code === "account_disabled") endSession("disabled");
  else if (response.status === 401) endSession("ended");
  throw error;
}

function withQuery(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

export async function get<T>(path: string, query?: Query): Promise<T> {
  return (await (await request("GET", withQuery(path, query))).json()) as T;
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await request("POST", path, body);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export async function remove(path: string): Promise<void> {
  await request("DELETE", path);
}

/** Bytes of a picture that only those signed in may load. */
export async function getBlob(apiPath: string): Promise<Blob> {
  return (await request("GET", apiPath.replace(/^\/api\/v1/, ""))).blob();
}
