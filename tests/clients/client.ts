// What a program that uses the API does: everything here must have a type, or it does not compile.
import createClient from "openapi-fetch";

import type { components, paths } from "./schema.d.ts";

type Claim = components["schemas"]["Claim"];

const [, , site, article] = process.argv;
if (site === undefined || article === undefined) throw new Error("Give the address of the site and of an article.");
const client = createClient<paths>({ baseUrl: site });

function label(claim: Claim): string {
  const [verdict] = claim.verdicts;
  return verdict === undefined ? claim.status : `${verdict.publisher.name}: ${verdict.rating.label}`;
}

function given<T>(data: T | undefined, what: string): T {
  if (data === undefined) throw new Error(`There is no ${what}.`);
  return data;
}

const query = { q: "bridge", rating_class: ["false" as const], count: "exact" as const };
const list = given((await client.GET("/api/v1/claims/", { params: { query } })).data, "list");
const id = given(list.results[0]?.id, "claim in the list");
// Without `fields`, an answer is the whole.
const one = given((await client.GET("/api/v1/claims/{id}/", { params: { path: { id } } })).data, "claim") as Claim;
const lookup = given((await client.POST("/api/v1/lookup/", { body: { urls: [article] } })).data, "answer");
const absent = await client.GET("/api/v1/claims/{id}/", { params: { path: { id: 999 } } });
const refused = await client.GET("/api/v1/claims/", { params: { query: { page_size: 0 } } });
const errors = refused.error !== undefined && "errors" in refused.error ? refused.error.errors : [];
console.log(
  JSON.stringify({
    count: list.count,
    statement: one.statement,
    label: label(one),
    found: lookup.results.map((result) => result.claims.map((claim) => claim.id)),
    absent: absent.error?.status,
    refused: errors.map((error) => error.parameter),
  }),
);
