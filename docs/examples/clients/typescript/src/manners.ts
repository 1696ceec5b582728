// Manners: wait as long as one is told to, and do not fetch again what has not changed.

export interface Manners {
  /** How often a request is made again that was answered with 429 or 503. */
  retries: number;
  /** Who is told to wait longer than that, in seconds, is given the answer instead. */
  patience: number;
  /** Of how many addresses the last answer is kept, to be asked for with `If-None-Match`; 0 for none. */
  remembered: number;
}

type Fetch = (request: Request) => Promise<Response>;

interface Kept {
  etag: string;
  headers: [string, string][];
  body: string;
}

/** Answers by which a server asks for patience. */
const WAIT = new Set([429, 503]);
/** What may be sent again when nobody knows whether it was done (RFC 9110, 9.2.2). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
/** Longer answers are not kept. */
const LONGEST_KEPT = 2 ** 20;

/** A `fetch` with manners. */
export function politely(fetch: Fetch, manners: Manners): Fetch {
  const kept = new Map<string, Kept>();

  return async (request) => {
    const key = [request.url, request.headers.get("Accept"), request.headers.get("Authorization")].join("\n");
    const asksItself = request.headers.has("If-None-Match") || request.headers.has("Range");
    const known = request.method === "GET" && !asksItself ? kept.get(key) : undefined;
    const asked = new Request(request);
    if (known !== undefined) asked.headers.set("If-None-Match", known.etag);
    const response = await patiently(fetch, asked, manners);
    if (response.status === 304 && known !== undefined) {
      return new Response(known.body, { status: 200, headers: [...known.headers, ["X-From-Memory", "1"]] });
    }
    if (manners.remembered > 0 && isKept(request, response)) {
      const body = await response.clone().text();
      if (body.length <= LONGEST_KEPT) {
        kept.delete(key);
        kept.set(key, { etag: response.headers.get("ETag") ?? "", headers: fieldsOf(response), body });
        for (const oldest of kept.keys()) {
          if (kept.size <= manners.remembered) break;
          kept.delete(oldest);
        }
      }
    }
    return response;
  };
}

async function patiently(fetch: Fetch, request: Request, manners: Manners): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(request.clone());
    if (!WAIT.has(response.status) || attempt >= manners.retries) return response;
    // What was refused for its number was not done, whatever it is.
    const again = response.status === 429 || SAFE.has(request.method) || request.headers.has("Idempotency-Key");
    const seconds = secondsOf(response.headers.get("Retry-After"), 2 ** attempt);
    if (!again || seconds > manners.patience) return response;
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

function isKept(request: Request, response: Response): boolean {
  return (
    request.method === "GET" &&
    response.status === 200 &&
    response.headers.has("ETag") &&
    !(response.headers.get("Cache-Control") ?? "").includes("no-store") &&
    (response.headers.get("Content-Type") ?? "").includes("json")
  );
}

/** The body is kept as it is read, without its coding. */
function fieldsOf(response: Response): [string, string][] {
  const ofTheCoding = new Set(["content-encoding", "content-length", "transfer-encoding"]);
  return [...response.headers.entries()].filter(([name]) => !ofTheCoding.has(name));
}

/** What `Retry-After` says: seconds, or a date (RFC 9110, 10.2.3). */
function secondsOf(retryAfter: string | null, otherwise: number): number {
  if (retryAfter === null) return otherwise;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? otherwise : Math.max(0, (at - Date.now()) / 1000);
}
