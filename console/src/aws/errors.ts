/** What went wrong, in AWS's own words. */

export interface Problem {
  /** AWS's code: `ResourceNotFoundException`. */
  code: string;
  message: string;
  requestId?: string;
  status?: number;
}

const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"]);
const DENIED = new Set(["AccessDenied", "AccessDeniedException"]);

/** The problem that an error stands for: an answer of the API, or that none came. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: "Error", message: String(error) };
  const meta = (error as { $metadata?: { requestId?: string; httpStatusCode?: number } }).$metadata;
  if (!meta && error instanceof TypeError)
    return { code: "Unreachable", message: "The server does not answer. Is it still running?" };
  return {
    code: error.name,
    message: error.message,
    ...(meta?.requestId ? { requestId: meta.requestId } : {}),
    ...(meta?.httpStatusCode ? { status: meta.httpStatusCode } : {}),
  };
}

/** As AWS's console and command line write it: `Code: message`. */
export function wording(error: unknown): string {
  const { code, message } = problemOf(error);
  return `${code}: ${message}`;
}

/** Whether the session's credentials are no longer taken. */
export function isExpired(error: unknown): boolean {
  return EXPIRED.has(problemOf(error).code);
}

/** Whether a policy is what was missing. */
export function isDenied(error: unknown): boolean {
  return DENIED.has(problemOf(error).code);
}

/** Whether what was asked for isn't there. */
export function isMissing(error: unknown): boolean {
  const { code } = problemOf(error);
  return /NotFound|NoSuchEntity|NonExistent/.test(code);
}
