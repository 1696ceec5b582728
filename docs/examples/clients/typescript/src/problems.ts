// What an answer holds, or the problem that it tells (RFC 9457).

/** What openapi-fetch resolves to. */
export interface Answer<Holds> {
  data?: Holds | undefined;
  error?: unknown;
  response: Response;
}

/** What is wrong with a parameter, or with a key of the body. */
export interface Fault {
  parameter?: string;
  pointer?: string;
  code?: string;
  detail: string;
}

/** The server did not do what it was asked for, and says why. */
export class ProblemError extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: Fault[];
  /** In how many seconds to come back, where that is said. */
  readonly retryAfter: number | undefined;

  constructor(told: unknown, response: Response) {
    const problem = (typeof told === "object" && told !== null ? told : {}) as Record<string, unknown>;
    const title = typeof problem["title"] === "string" ? problem["title"] : response.statusText;
    const detail = typeof problem["detail"] === "string" ? problem["detail"] : "";
    super([`${response.status} ${title}`, detail].filter(Boolean).join(": "));
    this.name = "ProblemError";
    this.status = response.status;
    this.title = title;
    this.detail = detail;
    this.errors = Array.isArray(problem["errors"]) ? (problem["errors"] as Fault[]) : [];
    const wait = response.headers.get("Retry-After");
    this.retryAfter = wait !== null && /^\d+$/.test(wait) ? Number(wait) : undefined;
  }
}

/** What the answer holds. Throws a ProblemError where the request was refused, or failed. */
export async function checked<Holds>(answer: Promise<Answer<Holds>> | Answer<Holds>): Promise<Holds> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ProblemError(error, response);
  return data as Holds;
}
