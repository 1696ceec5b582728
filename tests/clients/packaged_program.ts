// What a program does with the packaged client in TypeScript: everything here must have a type, or it does not compile.
import { checked, connect, pages, ProblemError, type components } from "factcheck-client";

type Claim = components["schemas"]["Claim"];

async function problemOf(answer: Promise<unknown>): Promise<ProblemError> {
  try {
    await answer;
  } catch (problem) {
    if (problem instanceof ProblemError) return problem;
    throw problem;
  }
  throw new Error("It was no problem.");
}

async function ids(site: ReturnType<typeof connect>): Promise<number[]> {
  const all = pages((place) => site.GET("/api/v1/claims/", { params: { query: { page_size: 1, ...place } } }));
  const found: number[] = [];
  for await (const claim of all) found.push(claim.id);
  return found;
}

async function main(address: string, token: string, article: string): Promise<object> {
  const site = connect({ site: address });
  const query = { q: "bridge", rating_class: ["false" as const] };
  const found = (await checked(site.GET("/api/v1/claims/", { params: { query } }))).results;
  const bridge: Claim | undefined = found[0];
  if (bridge === undefined) throw new Error("There is no bridge.");
  const path = { id: bridge.id };
  const answers = [];
  for (let time = 0; time < 2; time += 1) answers.push(await site.GET("/api/v1/claims/{id}/", { params: { path } }));
  const matched = await checked(site.POST("/api/v1/match/", { body: { text: bridge.statement } }));
  const lookedUp = await checked(site.POST("/api/v1/lookup/", { body: { urls: [article] } }));
  const changes = await checked(site.GET("/api/v1/changes/"));
  const absent = await problemOf(checked(site.GET("/api/v1/claims/{id}/", { params: { path: { id: 999 } } })));
  const refused = await problemOf(checked(site.GET("/api/v1/claims/", { params: { query: { page_size: 0 } } })));

  const ours = connect({ site: address, token });
  const made = [];
  for (let time = 0; time < 2; time += 1) {
    const header = { "Idempotency-Key": "windmill" };
    const body = { statement: "The windmill burned down.", language: "en" };
    made.push((await checked(ours.POST("/api/v1/editorial/claims/", { params: { header }, body }))).id);
  }
  return {
    listed: await ids(site),
    found: found.map((claim) => claim.statement),
    "from memory": answers.map((answer) => answer.response.headers.get("X-From-Memory") ?? ""),
    same: JSON.stringify(answers[0]?.data) === JSON.stringify(answers[1]?.data),
    matched: matched.results[0]?.passages[0]?.matches.map((found) => [found.kind, found.claim.id]),
    "looked up": lookedUp.results.map((result) => result.claims.map((claim) => claim.id)),
    changes: changes.results.map((change) => change.claim_id),
    absent: absent.status,
    refused: refused.errors.map((error) => error.parameter),
    "made once": made[0] === made[1],
  };
}

async function toldToWait(address: string): Promise<object> {
  const statuses = async (retries: number): Promise<number[]> => {
    const site = connect({ site: address, retries, remembered: 0 });
    const found = [];
    for (let time = 0; time < 4; time += 1) found.push((await site.GET("/api/v1/claims/")).response.status);
    return found;
  };
  return { patient: await statuses(3), hasty: (await statuses(0)).at(-1) };
}

const [, , what, address = "", token = "", article = ""] = process.argv;
console.log(JSON.stringify(what === "wait" ? await toldToWait(address) : await main(address, token, article)));
