// Puts the numbers of a list beside it where counting them took longer than the list itself. What was there before is a
// link to the same; it stays where this fails. Nothing else of the page moves: the place is beside the list, or below.
addEventListener("DOMContentLoaded", async () => {
  const place = document.querySelector("[data-counts]");
  if (!place) return;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.counts, { credentials: "same-origin" });
    if (answer.ok) {
      const facets = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".facets");
      if (facets) place.replaceChildren(facets);
    }
  } catch {
    // The link is there.
  }
  place.removeAttribute("aria-busy");
});
