// A slider over the versions of a claim: it opens what the list of versions links to, without leaving the page.
(() => {
  const page = document.querySelector("[data-versions]");
  const slider = page?.querySelector(".slider input");
  if (!slider) return;
  const output = page.querySelector(".slider output");
  const links = new Map([...page.querySelectorAll("[data-version]")].map((link) => [link.dataset.version, link]));
  const words = (link) => link.closest("li").innerText.split("\n").map((piece) => piece.trim()).filter(Boolean).join(" · ");
  const say = () => {
    const said = words(links.get(slider.value));
    output.textContent = said;
    slider.setAttribute("aria-valuetext", said);
  };
  let asked = 0;
  const open = async () => {
    const link = links.get(slider.value);
    const turn = ++asked;
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.status);
      const entry = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#told");
      // The slider has gone on in the meantime.
      if (turn !== asked) return;
      page.querySelector("#told").replaceWith(entry);
      page.querySelector("[aria-current]")?.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      history.replaceState(null, "", link.href);
    } catch {
      location.assign(link.href);
    }
  };
  slider.addEventListener("input", say);
  slider.addEventListener("change", open);
  slider.form.addEventListener("submit", (event) => {
    event.preventDefault();
    open();
  });
  say();
})();
