// A picture that was copied elsewhere is pasted anywhere on a page that takes files: it becomes the chosen file.
"use strict";
(() => {
  function begin() {
    const field = document.querySelector("input[type=file][data-takes-pasted]");
    if (!field) return;

    const shown = document.createElement("img");
    shown.className = "desk-pasted";
    shown.alt = "";
    shown.hidden = true;
    // Unfold hides the field itself in a box without width, within the one that is seen.
    const seen = field.parentElement.classList.contains("opacity-0") ? field.parentElement.parentElement.parentElement : field;
    seen.after(shown);

    function show() {
      const file = field.files[0];
      shown.hidden = true;
      if (!file?.type.startsWith("image/")) return;
      // As data: the policy of the desk lets no page show what stands at a blob's address.
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        shown.src = reader.result;
        shown.hidden = false;
      });
      reader.readAsDataURL(file);
    }

    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files || [])];
      const pasted = files.find((file) => /^(image|video|audio)\//.test(file.type));
      if (!pasted) return;
      event.preventDefault();
      const chosen = new DataTransfer();
      chosen.items.add(pasted);
      field.files = chosen.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    field.addEventListener("change", show);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
