// What is asked of a newsroom: GET /api/v1/lookup/ by address, POST /api/v1/match/ by text, and GET /api/v1/corrections/.
// No cookies go along.

const QUESTION = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };

async function answered(request) {
  const answer = await request;
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || answer.statusText);
  return body;
}

// The claims that were seen in the page at this address. What follows # stays here.
async function claimsAt(site, address) {
  const url = new URL(address);
  url.hash = url.username = url.password = "";
  const asked = new URL(`api/v1/lookup/?${new URLSearchParams({ url: url.href })}`, site);
  return (await answered(fetch(asked, QUESTION))).results[0].claims;
}

// The newest corrections, the same for every reader: the newsroom is not asked about the claims that were shown here.
async function correctionsOf(site) {
  const asked = new URL("api/v1/corrections/?page_size=100", site);
  return (await answered(fetch(asked, QUESTION))).results;
}

// The sentences of a text, each with what was found for it.
async function passagesOf(site, text) {
  const asked = {
    ...QUESTION,
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  };
  return (await answered(fetch(new URL("api/v1/match/", site), asked))).results[0].passages;
}
