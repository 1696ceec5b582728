/* The number of unread notifications in the header, kept up to date while the page is looked at. */
(() => {
    "use strict";

    const INTERVAL = 30_000;
    const MAX_INTERVAL = 600_000;
    const translatePlural = (one, many, number) => (window.ngettext ? ngettext(one, many, number) : number === 1 ? one : many);

    const keepCurrent = (bell) => {
        const count = bell.querySelector("[data-count]");
        const statusLine = document.getElementById("desk-bell-status");
        const storageKey = `desk-bell:${document.querySelector("meta[name=desk-person]")?.content || ""}`;
        let tag = null;
        let lastCount = null;
        let interval = INTERVAL;
        let timer = null;
        let isRefreshing = false;

        const show = (unread, most) => {
            const text = unread >= most ? `${most - 1}+` : String(unread);
            count.textContent = text;
            count.hidden = unread === 0;
            // Said when there is more than there was, and not at every look.
            if (lastCount !== null && unread > lastCount) {
                statusLine.textContent = translatePlural(
                    "%s unread notification",
                    "%s unread notifications",
                    unread,
                ).replace("%s", text);
            }
            lastCount = unread;
        };
        const schedule = () => {
            clearTimeout(timer);
            timer = document.hidden || interval === null ? null : setTimeout(refresh, interval);
        };
        const refresh = async () => {
            if (isRefreshing || document.hidden) return;
            isRefreshing = true;
            try {
                const headers = tag ? { "If-None-Match": tag } : {};
                const answer = await fetch(bell.dataset.unread, { headers });
                if (answer.status === 200) {
                    const { unread, most } = await answer.json();
                    tag = answer.headers.get("ETag");
                    show(unread, most);
                    sessionStorage.setItem(storageKey, JSON.stringify([unread, most]));
                } else if (answer.status === 401) {
                    interval = null; // the person has been signed out: the next page will say so
                } else if (answer.status !== 304) {
                    throw new Error(answer.status);
                }
                if (interval !== null) interval = INTERVAL;
            } catch {
                interval = Math.min(interval * 2, MAX_INTERVAL); // the server is away, and is not called more while it is
            }
            isRefreshing = false;
            schedule();
        };

        try {
            // What the page before this one knew, until the server has answered.
            const before = JSON.parse(sessionStorage.getItem(storageKey));
            if (before) show(...before);
        } catch {
            sessionStorage.removeItem(storageKey);
        }
        document.addEventListener("visibilitychange", () => {
            if (document.hidden) clearTimeout(timer);
            else if (interval !== null) refresh();
        });
        refresh();
    };

    document.addEventListener("DOMContentLoaded", () => {
        const bell = document.querySelector(".desk-bell[data-unread]");
        if (bell) keepCurrent(bell);
    });
})();
