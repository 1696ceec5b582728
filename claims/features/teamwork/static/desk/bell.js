/* The number of unread notifications in the header, kept up to date while the page is looked at. */
(() => {
    "use strict";

    const EVERY = 30_000;
    const AT_MOST = 600_000;
    const translatePlural = (one, many, number) => (window.ngettext ? ngettext(one, many, number) : number === 1 ? one : many);

    const ringing = (bell) => {
        const count = bell.querySelector("[data-count]");
        const statusLine = document.getElementById("desk-bell-told");
        const kept = `desk-bell:${document.querySelector("meta[name=desk-person]")?.content || ""}`;
        let tag = null;
        let known = null;
        let wait = EVERY;
        let timer = null;
        let asking = false;

        const show = (unread, most) => {
            const shown = unread >= most ? `${most - 1}+` : String(unread);
            count.textContent = shown;
            count.hidden = unread === 0;
            // Said when there is more than there was, and not at every look.
            if (known !== null && unread > known) {
                statusLine.textContent = translatePlural(
                    "%s unread notification",
                    "%s unread notifications",
                    unread,
                ).replace("%s", shown);
            }
            known = unread;
        };
        const later = () => {
            clearTimeout(timer);
            timer = document.hidden || wait === null ? null : setTimeout(ask, wait);
        };
        const ask = async () => {
            if (asking || document.hidden) return;
            asking = true;
            try {
                const headers = tag ? { "If-None-Match": tag } : {};
                const answer = await fetch(bell.dataset.unread, { headers });
                if (answer.status === 200) {
                    const { unread, most } = await answer.json();
                    tag = answer.headers.get("ETag");
                    show(unread, most);
                    sessionStorage.setItem(kept, JSON.stringify([unread, most]));
                } else if (answer.status === 401) {
                    wait = null; // nobody is signed in any more: the next page will say so
                } else if (answer.status !== 304) {
                    throw new Error(answer.status);
                }
                if (wait !== null) wait = EVERY;
            } catch {
                wait = Math.min(wait * 2, AT_MOST); // the server is away, and is not called more while it is
            }
            asking = false;
            later();
        };

        try {
            // What the page before this one knew, until the server has answered.
            const before = JSON.parse(sessionStorage.getItem(kept));
            if (before) show(...before);
        } catch {
            sessionStorage.removeItem(kept);
        }
        document.addEventListener("visibilitychange", () => {
            if (document.hidden) clearTimeout(timer);
            else if (wait !== null) ask();
        });
        ask();
    };

    document.addEventListener("DOMContentLoaded", () => {
        const bell = document.querySelector(".desk-bell[data-unread]");
        if (bell) ringing(bell);
    });
})();
