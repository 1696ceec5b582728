// Lists, page after page, by the cursors in their answers.

import { checked, type Answer } from "./problems.js";

export interface Page<Thing> {
  results: Thing[];
  next?: string | null;
}

/** Where a page begins: a cursor, or in the feed of changes the number of an entry. Nothing: at the beginning. */
export type Place = { cursor?: string };

/**
 * Everything in a list. `ask` makes the request for the page at a place:
 * `(place) => site.GET("/api/v1/claims/", { params: { query: { q: "bridge", ...place } } })`.
 */
export async function* pages<Thing>(
  ask: (place: Place) => Promise<Answer<Page<Thing>>>,
): AsyncGenerator<Thing, void, undefined> {
  let place: Place = {};
  for (;;) {
    const page = await checked(ask(place));
    yield* page.results;
    const cursor = page.next ? new URL(page.next).searchParams.get("cursor") : null;
    if (cursor === null) return;
    place = { cursor };
  }
}
