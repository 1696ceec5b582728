// Problem details (RFC 9457).

/** What is wrong with a parameter, or with a key of the body. */
export interface Fault {
  parameter?: string;
  pointer?: string;
  code?: string;
  detail: string;
}

/** The site refused a request, or could not answer it. */
export class ProblemError extends Error {
  readonly status: number;
  /** What went wrong, for programs. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: Fault[];
  /** The number of seconds after which the site asks to come back. */
  readonly retryAfter: number | undefined;

  constructor(told: unknown, response: Response) {
    const problem = (typeof told === "object" && told !== null ? told : {}) as Record<string, unknown>;
    const text = (name: string): string => (typeof problem[name] === "string" ? problem[name] : "");
    const title = text("title") || response.statusText;
    super([`${response.status} ${title}`, text("detail")].filter(Boolean).join(": "));
    this.name = "ProblemError";
    this.status = response.status;
    this.code = text("code");
    this.title = title;
    this.detail = text("detail");
    this.errors = Array.isArray(problem["errors"]) ? (problem["errors"] as Fault[]) : [];
    const wait = response.headers.get("Retry-After");
    this.retryAfter = wait !== null && /^\d+$/.test(wait) ? Number(wait) : undefined;
  }
}

/** The problem that a response describes. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const told: unknown = await response.json().catch(() => undefined);
  return new ProblemError(told, response);
}
