// Copies what a reader shares, or hands it to the device where that offers to. Nothing is asked of anybody else, and
// without this script the text stands there to be selected.
(() => {
  const section = document.querySelector("[data-sharing]");
  if (!section) return;
  const text = section.querySelector("textarea");
  const status = section.querySelector("[role=status]");
  const { address, copied, byHand } = section.dataset;
  const copy = async (words) => {
    try {
      await navigator.clipboard.writeText(words);
      status.textContent = copied;
    } catch {
      // Not allowed, or not offered to pages that come without encryption.
      text.value = words;
      text.select();
      status.textContent = byHand;
    }
  };
  section.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button.dataset.copy === "text" ? text.defaultValue : address);
  });
  text.addEventListener("focus", () => text.select());
  const hand = section.querySelector("[data-share]");
  const shared = { text: text.defaultValue };
  if (navigator.canShare?.(shared)) {
    hand.hidden = false;
    hand.addEventListener("click", () => navigator.share(shared).catch(() => {}));
  }
})();
