// Was this article checked? Prints each checked claim in it, its verdict, and where the reasons are.
//
//     node check_url.mjs https://example.org/news/story https://facts.example.org

const [article, site] = process.argv.slice(2);
const answer = await fetch(`${site}/api/v1/lookup/?${new URLSearchParams({ url: article })}`);
const body = await answer.json();

if (!answer.ok) {
  console.error(body.detail); // problem details (RFC 9457) say what is wrong
  process.exit(1);
}

if (body.results[0].error) {
  console.error(body.results[0].error.detail); // this address could not be looked up
  process.exit(1);
}

const lines = body.results[0].claims.flatMap((claim) =>
  claim.verdicts.map((verdict) => `${verdict.rating.label}: ${claim.statement}\n  ${claim.url}`),
);
console.log(lines.join("\n") || "Nothing in this article was checked.");
