// A picture that was copied elsewhere is pasted anywhere on a page that takes files: it becomes the chosen file.
"use strict";
(() => {
  const field = document.querySelector("input[type=file][data-takes-pasted]");
  if (!field) return;

  const shown = document.createElement("img");
  shown.className = "desk-pasted";
  shown.alt = "";
  shown.hidden = true;
  (field.closest("label, .desk-field, div") || field).after(shown);

  function show() {
    const file = field.files[0];
    shown.hidden = true;
    if (!file?.type.startsWith("image/")) return;
    // As data: the policy of the desk lets no page show what stands at a blob's address.
    const reader = new FileReader();
    reader.addEventListener("load", () => { shown.src = reader.result; shown.hidden = false; });
    reader.readAsDataURL(file);
  }

  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files || [])].find((file) => /^(image|video|audio)\//.test(file.type));
    if (!pasted) return;
    event.preventDefault();
    const chosen = new DataTransfer();
    chosen.items.add(pasted);
    field.files = chosen.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  field.addEventListener("change", show);
})();
