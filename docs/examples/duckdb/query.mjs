// Asks the newest dump of a site with SQL: DuckDB-Wasm, whose files lie beside this page.
import * as duckdb from "@duckdb/duckdb-wasm";

const DIST = new URL("./node_modules/@duckdb/duckdb-wasm/dist/", import.meta.url);
const form = document.getElementById("question");
const state = document.getElementById("state");
const problem = document.getElementById("problem");
const table = document.getElementById("answer");
const named = new URLSearchParams(location.search).get("site");
if (named) form.elements.site.value = named;

let connection;
let readFrom;

/** DuckDB, started once: in a worker, so that the page stays awake. */
async function connect() {
  if (connection) return connection;
  const worker = new Worker(new URL("duckdb-browser-eh.worker.js", DIST));
  const database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
  await database.instantiate(new URL("duckdb-eh.wasm", DIST).href);
  connection = await database.connect();
  return connection;
}

/** Where the newest dump stays: while one reads parts of a file, another must not take its place. */
async function newest(site) {
  const answer = await fetch(new URL("/dumps/latest/claims.parquet", site), { method: "HEAD" });
  if (!answer.ok) throw new Error(`${site} has no dump (HTTP ${answer.status}).`);
  return new URL(answer.headers.get("Content-Location"), site).href;
}

async function ask(site, sql) {
  const [asked, address] = await Promise.all([connect(), newest(site)]);
  if (readFrom !== address) {
    await asked.query(`CREATE OR REPLACE VIEW claims AS SELECT * FROM read_parquet('${address.replaceAll("'", "''")}')`);
    readFrom = address;
  }
  return asked.query(sql);
}

function show(answer) {
  const names = answer.schema.fields.map((field) => field.name);
  const row = (cells, kind) => {
    const line = document.createElement("tr");
    for (const cell of cells) {
      const place = document.createElement(kind);
      place.dir = "auto";
      place.textContent = cell === null ? "" : String(cell); // as text: what a claim says is never markup
      line.append(place);
    }
    return line;
  };
  table.replaceChildren(
    row(names, "th"),
    ...answer.toArray().slice(0, 1000).map((found) => row(names.map((name) => found[name]), "td")),
  );
  state.textContent = `${answer.numRows} rows from ${readFrom}`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  state.textContent = "…";
  try {
    show(await ask(form.elements.site.value, form.elements.sql.value));
  } catch (failure) {
    state.textContent = "";
    problem.textContent = failure.message;
  }
});
