// A picture that was copied elsewhere is pasted anywhere on a page that takes files: it becomes the chosen file.
"use strict";
(() => {
  function start() {
    const field = document.querySelector("input[type=file][data-takes-pasted]");
    if (!field) return;

    const preview = document.createElement("img");
    preview.className = "desk-paste-preview";
    preview.alt = "";
    preview.hidden = true;
    // Unfold hides the field itself in a box without width, within the one that is seen.
    const visibleElement = field.parentElement.classList.contains("opacity-0") ? field.parentElement.parentElement.parentElement : field;
    visibleElement.after(preview);

    function showPreview() {
      const file = field.files[0];
      preview.hidden = true;
      if (!file?.type.startsWith("image/")) return;
      // As data: the policy of the desk lets no page show what stands at a blob's address.
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        preview.src = reader.result;
        preview.hidden = false;
      });
      reader.readAsDataURL(file);
    }

    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files || [])];
      const pastedFile = files.find((file) => /^(image|video|audio)\//.test(file.type));
      if (!pastedFile) return;
      event.preventDefault();
      const transfer = new DataTransfer();
      transfer.items.add(pastedFile);
      field.files = transfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    field.addEventListener("change", showPreview);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
