/* How many paragraphs a translation has, shown beside how many its original has, as it is typed. */
(() => {
    "use strict";

    const countParagraphs = (text) => text.split(/\n\s*\n/).filter((part) => part.trim()).length;

    document.addEventListener("DOMContentLoaded", () => {
        for (const hint of document.querySelectorAll("[data-count-of]")) {
            const field = document.getElementById(hint.dataset.countOf);
            const counter = hint.querySelector("[data-count]");
            const originalCount = Number(hint.dataset.original);
            const showCount = () => {
                const count = countParagraphs(field.value);
                counter.textContent = count ? `${count} / ${originalCount}` : "";
                hint.toggleAttribute("data-differs", count > 0 && count !== originalCount);
            };
            field.addEventListener("input", showCount);
            showCount();
        }
    });
})();
