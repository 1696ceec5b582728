/* The part of an article beside a claim is scrolled to the claim's quote. */
(() => {
    "use strict";

    document.querySelectorAll(".desk-article-excerpt[data-current]").forEach((shown) => {
        const key = CSS.escape(shown.dataset.current);
        const marks = shown.querySelectorAll(`#at-${key}, mark[data-note="${key}"]`);
        marks.forEach((mark) => mark.classList.add("current"));
        if (!marks.length) return;
        const top = marks[0].getBoundingClientRect().top - shown.getBoundingClientRect().top;
        shown.scrollTop += top - shown.clientHeight / 3;
    });
})();
