// A slider over the versions of a claim: it opens what the list of versions links to, without leaving the page.
(() => {
  const page = document.querySelector("[data-versions]");
  const slider = page?.querySelector(".slider input");
  if (!slider) return;
  const output = page.querySelector(".slider output");
  const links = new Map([...page.querySelectorAll("[data-version]")].map((link) => [link.dataset.version, link]));
  const describe = (link) => link.closest("li").innerText.split("\n").map((piece) => piece.trim()).filter(Boolean).join(" · ");
  const showDescription = () => {
    const description = describe(links.get(slider.value));
    output.textContent = description;
    slider.setAttribute("aria-valuetext", description);
  };
  let requestCount = 0;
  const openVersion = async () => {
    const link = links.get(slider.value);
    const current = ++requestCount;
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.status);
      const entry = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#shown-version");
      // The slider has gone on in the meantime.
      if (current !== requestCount) return;
      page.querySelector("#shown-version").replaceWith(entry);
      page.querySelector("[aria-current]")?.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      history.replaceState(null, "", link.href);
    } catch {
      location.assign(link.href);
    }
  };
  slider.addEventListener("input", showDescription);
  slider.addEventListener("change", openVersion);
  slider.form.addEventListener("submit", (event) => {
    event.preventDefault();
    openVersion();
  });
  showDescription();
})();
