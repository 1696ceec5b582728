// What a program does with the packaged client in TypeScript: everything here must have a type, or it does not compile.
import { Client, ProblemError, type Claim, type Parameters } from "factcheck-client";

async function all<Result>(results: AsyncGenerator<Result>): Promise<Result[]> {
  const found: Result[] = [];
  for await (const result of results) found.push(result);
  return found;
}

async function problemOf(answer: Promise<unknown>): Promise<ProblemError> {
  try {
    await answer;
  } catch (problem) {
    if (problem instanceof ProblemError) return problem;
    throw problem;
  }
  throw new Error("It was no problem.");
}

async function main(address: string, token: string, article: string): Promise<object> {
  const site = new Client(address);
  const [bridge] = await all(site.claims({ q: "bridge", rating_class: "false" }));
  if (bridge === undefined) throw new Error("There is no bridge.");
  const whole: Claim[] = await all(site.claims({ view: "full" }));
  const parts = await all(site.claims({ fields: ["id", "context"] }));
  const views = [whole[0], parts[0], bridge].map((claim) =>
    Object.keys(claim ?? {}).filter((key) => ["id", "context"].includes(key)).sort(),
  );
  const twice = [await site.claim(bridge.id), await site.claim(bridge.id)];
  const matched = await site.match(bridge.statement);
  const lookedUp = await site.lookup(article);
  const absent = await problemOf(site.claim(999));
  const refused = await problemOf(site.get("claims/", { page_size: 0 }));

  const ours = new Client(address, { token });
  const headers = { "Idempotency-Key": "windmill" };
  const body = { statement: "The windmill burned down.", language: "en" };
  const made = [];
  for (let time = 0; time < 2; time += 1) {
    made.push((await ours.send<{ id: number }>("editorial/claims/", { method: "POST", body, headers })).id);
  }
  const path = `editorial/claims/${made[0]}/`;
  const etag = (await ours.request(path)).headers.get("ETag") ?? "";
  const sent = { method: "PATCH", body: { claimed_on: "2026-02-28" }, headers: { "If-Match": etag } };
  return {
    listed: (await all(site.claims({ page_size: 1 }))).map((claim) => claim.id),
    found: [bridge.statement, bridge.verdicts[0]?.rating.label],
    views,
    same: JSON.stringify(twice[0]) === JSON.stringify(twice[1]),
    matched: matched.results[0]?.passages[0]?.matches.map((found) => [found.kind, found.claim.id]),
    "looked up": lookedUp.results.map((result) => result.claims.map((claim) => claim.id)),
    changes: (await all(site.changes({ page_size: 1 }))).map((change) => change.claim_id),
    absent: absent.status,
    refused: refused.errors.map((error) => error.parameter),
    "made once": made[0] === made[1],
    changed: (await ours.send<{ claimed_on: string }>(path, sent)).claimed_on,
  };
}

async function wait(address: string): Promise<object> {
  const patient = new Client(address, { remembered: 0 });
  const found = [];
  for (let time = 0; time < 4; time += 1) found.push((await all(patient.claims())).length);
  const hasty = new Client(address, { remembered: 0, retries: 0 });
  const statuses = [];
  for (let time = 0; time < 4; time += 1) statuses.push((await hasty.request("claims/")).status);
  return { patient: found, hasty: statuses.at(-1), wait: (await problemOf(hasty.get("claims/"))).retryAfter !== undefined };
}

/** What a site of a later version answers, as it comes through. */
async function newer(address: string): Promise<unknown[]> {
  const site = new Client(address);
  const asked: Parameters & { view: "full" } = { shape: ["round"], view: "full" };
  const [claim] = await all(site.claims(asked));
  const [change] = await all(site.changes());
  const mood = (claim as Claim & { mood?: string }).mood;
  return [claim?.status, claim?.verdicts[0]?.rating.rating_class, mood, change?.kind, change?.claim?.id];
}

const [, , what = "", address = "", token = "", article = ""] = process.argv;
const modes: Record<string, () => Promise<unknown>> = {
  use: () => main(address, token, article),
  wait: () => wait(address),
  newer: () => newer(address),
};
console.log(JSON.stringify(await modes[what]?.()));
