// Asks the newest dump of a site with SQL: DuckDB-Wasm and what reads Parquet, whose files lie beside this page.
import * as duckdb from "@duckdb/duckdb-wasm";
import * as arrow from "apache-arrow";
import { asyncBufferFromUrl, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

const DIST = new URL("./node_modules/@duckdb/duckdb-wasm/dist/", import.meta.url);
const form = document.getElementById("question");
const state = document.getElementById("state");
const problem = document.getElementById("problem");
const table = document.getElementById("answer");
const named = new URLSearchParams(location.search).get("site");
if (named) form.elements.site.value = named;

let connection;
let loaded;
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

/** The columns that a question names; all where it asks for all. */
function namedIn(sql, names) {
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  return /select\s+\*/i.test(sql) ? names : names.filter((name) => words.has(name));
}

function arrowType(column) {
  if (column.type === "INT64" && column.logical_type?.type !== "TIMESTAMP") return new arrow.Int64();
  if (column.logical_type?.type === "DATE" || column.converted_type === "DATE") return new arrow.DateDay();
  if (column.logical_type?.type === "TIMESTAMP" || column.converted_type?.startsWith("TIMESTAMP")) {
    return new arrow.TimestampMillisecond();
  }
  return new arrow.Utf8();
}

/**
 * Makes the table `claims` of those columns of the file that the question names: only these are fetched, by HTTP ranges.
 * DuckDB-Wasm could read the file itself, with an extension that it fetches from DuckDB's site; this needs nobody.
 */
async function load(asked, address, sql) {
  const file = await asyncBufferFromUrl({ url: address });
  const metadata = await parquetMetadataAsync(file);
  const columns = metadata.schema.filter((column) => column.type !== undefined);
  const names = namedIn(sql, columns.map((column) => column.name));
  const wanted = names.length ? names : [columns[0].name];
  if (loaded === `${address} ${wanted}`) return;
  const rows = await parquetReadObjects({ file, metadata, columns: wanted, compressors });
  const vectors = wanted.map((name) => {
    const type = arrowType(columns.find((column) => column.name === name));
    return [name, arrow.vectorFromArray(rows.map((row) => row[name] ?? null), type)];
  });
  await asked.query("DROP TABLE IF EXISTS claims");
  await asked.insertArrowTable(new arrow.Table(Object.fromEntries(vectors)), { name: "claims" });
  loaded = `${address} ${wanted}`;
}

async function ask(site, sql) {
  const [asked, address] = await Promise.all([connect(), newest(site)]);
  await load(asked, address, sql);
  readFrom = address;
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
