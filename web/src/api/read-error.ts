/** Turns an answer that is no success into an `ApiError`, also where a proxy wrote it and not the server. */
import { ApiError } from "./errors";
import type { ErrorDetail } from "./types";

export async function readError(response: Response): Promise<ApiError> {
  let detail: Partial<ErrorDetail> = {};
  try {
    detail = ((await response.json()) as { error?: ErrorDetail }).error ?? {};
  } catch {
    // A proxy's page, not our JSON: the status alone must do.
  }
  return new ApiError(response.status, { ...detail, code: detail.code ?? `http_${response.status}` });
}
