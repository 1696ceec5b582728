// A client of the Factcheck API. `schema` has the types of its answers, generated from the OpenAPI document; values and
// keys that a newer site adds come through as they are.

import { politely, type Manners } from "./manners.js";
import { problemOf } from "./problems.js";
import type { components } from "./schema.js";

export { ProblemError, type Fault } from "./problems.js";
export type { Manners } from "./manners.js";
export type { components } from "./schema.js";

type Schemas = components["schemas"];
export type Claim = Schemas["Claim"];
export type ClaimSummary = Schemas["ClaimSummary"];
export type Change = Schemas["Change"];
export type Match = Schemas["Match"];
export type Lookup = Schemas["Lookup"];

/** What a parameter may be given as. Several values are an array; undefined leaves the parameter out. */
export type Value = string | number | boolean | readonly (string | number)[] | undefined;
export type Parameters = Readonly<Record<string, Value>>;

export interface Options extends Partial<Manners> {
  /** For the editorial API; what is published needs none. */
  token?: string;
  /** What makes requests, if not the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

export interface Sent {
  method?: string;
  parameters?: Parameters;
  body?: unknown;
  headers?: Record<string, string>;
}

interface Page<Result> {
  results: Result[];
  next?: string | null;
  more?: boolean;
}

/** A site, by its address, such as https://facts.example.org. */
export class Client {
  readonly #site: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: (request: Request) => Promise<Response>;

  constructor(site: string, { token, fetch, ...manners }: Options = {}) {
    this.#site = site.replace(/\/+$/, "");
    this.#headers = token ? { Authorization: `Bearer ${token}` } : {};
    const asked = fetch ?? ((request: Request) => globalThis.fetch(request));
    this.#fetch = politely(asked, { retries: 3, patience: 60, remembered: 256, ...manners });
  }

  /** The claims that match, page after page; `view: "full"` gives everything about each, `fields` parts of it. */
  claims(filters: Parameters & { view: "full" }): AsyncGenerator<Claim, void, undefined>;
  claims(filters: Parameters & { fields: Value }): AsyncGenerator<Partial<Claim>, void, undefined>;
  claims(filters?: Parameters): AsyncGenerator<ClaimSummary, void, undefined>;
  claims(filters: Parameters = {}): AsyncGenerator<unknown, void, undefined> {
    return this.list("claims/", filters);
  }

  /** One claim with everything that is published about it. */
  claim(id: number, parameters: Parameters = {}): Promise<Claim> {
    return this.get(`claims/${id}/`, parameters);
  }

  /** The published claims that texts state; `results` has one entry for each text. */
  match(texts: string | string[], parameters: Parameters = {}): Promise<Match> {
    return this.send("match/", { method: "POST", body: { texts: [texts].flat() }, parameters });
  }

  /** The published claims that appear at addresses; `results` has one entry for each address. */
  lookup(urls: string | string[], parameters: Parameters = {}): Promise<Lookup> {
    return this.send("lookup/", { method: "POST", body: { urls: [urls].flat() }, parameters });
  }

  /** The changes after a `sequence`, in their order; with `follow`, it waits for more at the end. */
  async *changes(
    { since = 0, follow = false, pause = 10, ...parameters }: Parameters & { follow?: boolean; pause?: number } = {},
  ): AsyncGenerator<Change, void, undefined> {
    let page = await this.get<Page<Change>>("changes/", { since, ...parameters });
    for (;;) {
      yield* page.results;
      if (!page.more && !follow) return;
      if (!page.more) await new Promise((resolve) => setTimeout(resolve, pause * 1000));
      page = await this.get<Page<Change>>(page.next ?? "changes/");
    }
  }

  /** All results of a list, page after page. */
  async *list<Result>(path: string, parameters: Parameters = {}): AsyncGenerator<Result, void, undefined> {
    let page = await this.get<Page<Result>>(path, parameters);
    for (;;) {
      yield* page.results;
      if (!page.next) return;
      page = await this.get<Page<Result>>(page.next);
    }
  }

  /** One answer. The path is that of the site, or stands below `/api/v1/`. */
  get<Answer>(path: string, parameters: Parameters = {}): Promise<Answer> {
    return this.send<Answer>(path, { parameters });
  }

  /** The answer to a request with a JSON body. */
  async send<Answer>(path: string, sent: Sent = {}): Promise<Answer> {
    const response = await this.request(path, sent);
    if (!response.ok) throw await problemOf(response);
    const text = await response.text();
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }

  /** The response as it came, for its headers. */
  request(path: string, { method = "GET", parameters = {}, body, headers = {} }: Sent = {}): Promise<Response> {
    const address = new URL(path, `${this.#site}/api/v1/`);
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) address.searchParams.append(name, String(one));
    }
    const fields: Record<string, string> = { ...this.#headers, ...headers };
    if (body !== undefined) fields["Content-Type"] = "application/json";
    return this.#fetch(
      new Request(address, { method, headers: fields, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
    );
  }
}
