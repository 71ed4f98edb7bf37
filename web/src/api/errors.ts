/** What can go wrong with a request, as one error with the server's stable code. */
import type { Decision, ErrorDetail } from "./types";

/** A refusal by the server, or (`code` "network") no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: Partial<ErrorDetail>;

  constructor(status: number, detail: Partial<ErrorDetail> & { code: string }) {
    super(detail.message ?? detail.code);
    this.name = "ApiError";
    this.status = status;
    this.code = detail.code;
    this.detail = detail;
  }

  static network(): ApiError {
    return new ApiError(0, { code: "network" });
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  get decision(): Decision | null {
    return this.code === "policy_denied" ? (this.detail.decision ?? null) : null;
  }
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : ApiError.network();
}
