// What is asked of a newsroom: GET /api/v1/lookup/ by address, POST /api/v1/match/ by text, and GET /api/v1/corrections/.
// No cookies go along.

const REQUEST_OPTIONS = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };

async function fetchJson(request) {
  const answer = await request;
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || answer.statusText);
  return body;
}

// The claims that were seen in the page at this address. What follows # stays here.
async function fetchClaims(site, address) {
  const url = new URL(address);
  url.hash = url.username = url.password = "";
  const lookup = new URL(`api/v1/lookup/?${new URLSearchParams({ url: url.href })}`, site);
  return (await fetchJson(fetch(lookup, REQUEST_OPTIONS))).results[0].claims;
}

// The newest corrections, the same for every reader: the newsroom is not asked about the claims that were shown here.
async function fetchCorrections(site) {
  const url = new URL("api/v1/corrections/?page_size=100", site);
  return (await fetchJson(fetch(url, REQUEST_OPTIONS))).results;
}

// The sentences of a text, each with what was found for it.
async function fetchPassages(site, text) {
  const options = {
    ...REQUEST_OPTIONS,
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  };
  return (await fetchJson(fetch(new URL("api/v1/match/", site), options))).results[0].passages;
}
