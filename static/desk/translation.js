/* How many paragraphs a translation has, shown beside how many its original has, as it is typed. */
(() => {
    "use strict";

    const paragraphs = (text) => text.split(/\n\s*\n/).filter((part) => part.trim()).length;

    document.addEventListener("DOMContentLoaded", () => {
        for (const hint of document.querySelectorAll("[data-count-of]")) {
            const field = document.getElementById(hint.dataset.countOf);
            const counter = hint.querySelector("[data-count]");
            const original = Number(hint.dataset.original);
            const tell = () => {
                const count = paragraphs(field.value);
                counter.textContent = count ? `${count} / ${original}` : "";
                hint.toggleAttribute("data-differs", count > 0 && count !== original);
            };
            field.addEventListener("input", tell);
            tell();
        }
    });
})();
