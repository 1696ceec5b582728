/* The editors' desk: a second click on a move does nothing, and Markdown can be looked at before it is saved. */
(() => {
    "use strict";

    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (event.defaultPrevented || form.method !== "post") return;
        if (form.classList.contains("desk-busy")) {
            event.preventDefault();
            return;
        }
        form.classList.add("desk-busy");
        // The person may have chosen to stay because of unsaved words.
        setTimeout(() => form.classList.remove("desk-busy"), 4000);
    });
    // A page that the browser brings back from its memory is ready to be used again.
    window.addEventListener("pageshow", () => {
        document.querySelectorAll(".desk-busy").forEach((form) => form.classList.remove("desk-busy"));
    });

    const withPreview = (field) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "desk-button desk-preview-button";
        button.textContent = gettext("Preview");
        const shown = document.createElement("div");
        shown.className = "desk-preview";
        shown.setAttribute("aria-live", "polite");
        shown.hidden = true;
        button.addEventListener("click", async () => {
            const body = new FormData();
            body.set("text", field.value);
            body.set("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken.value);
            const answer = await fetch(field.dataset.preview, { method: "POST", body });
            shown.hidden = false;
            if (answer.ok) {
                shown.innerHTML = await answer.text(); // cleaned by the server, as for readers
            } else {
                shown.textContent = gettext("The preview could not be made.");
            }
        });
        field.after(button, shown);
    };

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("textarea[data-preview]").forEach(withPreview);
    });
})();
