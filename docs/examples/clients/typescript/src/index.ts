// A typed client of the Factcheck API. `schema` is generated from the OpenAPI document; what is written by hand around it
// is what no generator knows: how to wait and to revalidate, problem details, and pages.

import createClient, { type Client } from "openapi-fetch";

import { politely, type Manners } from "./manners.js";
import type { paths } from "./schema.js";

export { pages, type Page, type Place } from "./paging.js";
export { checked, ProblemError, type Answer, type Fault } from "./problems.js";
export type { components, operations, paths } from "./schema.js";
export type { Manners } from "./manners.js";

export interface Options extends Partial<Manners> {
  /** The address of the site, such as https://facts.example.org. */
  site: string;
  /** For the editorial API; what is published needs none. */
  token?: string;
  /** What makes requests, if not the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

/** A connection to one site: openapi-fetch, with manners. */
export function connect({ site, token, fetch, ...manners }: Options): Client<paths> {
  const asked = fetch ?? ((request: Request) => globalThis.fetch(request));
  return createClient<paths>({
    baseUrl: site.replace(/\/+$/, ""),
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    fetch: politely(asked, { retries: 3, patience: 60, remembered: 256, ...manners }),
  });
}
