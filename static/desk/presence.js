/* Who else has this page open, and what they saved meanwhile. Asked while the page is looked at, and only then. */
(() => {
    "use strict";

    const ADDRESS = "/admin/presence/";
    const SECONDS = 15;
    const say = (words) => (window.gettext ? gettext(words) : words);
    const opened = performance.now();
    let shown = "";
    let box = null;

    const formWithVersion = () => [...document.forms].find((form) => form.elements._version?.value && form.id);

    const place = () => {
        const made = document.createElement("div");
        made.className = "desk-presence";
        made.setAttribute("role", "status");
        document.querySelector("#content-main, #content")?.prepend(made);
        return made;
    };

    const show = ({ others = [], changed = "" }) => {
        const told = JSON.stringify([others, changed]);
        if (told === shown || (!box && !others.length && !changed)) return;
        shown = told;
        box ??= place();
        box.replaceChildren();
        if (others.length) {
            const line = document.createElement("p");
            line.className = "desk-presence-others";
            line.textContent = others.join(" · ");
            box.append(line);
        }
        const form = formWithVersion();
        if (changed && form) {
            const line = document.createElement("p");
            line.className = "desk-warning desk-line";
            const words = document.createElement("span");
            words.dir = "auto";
            words.textContent = changed;
            const button = document.createElement("button");
            button.className = "desk-button";
            button.name = "_compare";
            button.value = "1";
            button.setAttribute("form", form.id);
            button.textContent = say("Show it beside what you wrote");
            line.append(words, button);
            box.append(line);
        }
    };

    const message = () => ({
        page: location.pathname,
        version: formWithVersion()?.elements._version.value || "",
        writing: window.deskForms.isBeingWritten(),
        open_for: (performance.now() - opened) / 1000,
    });

    let timer = null;
    const ask = async () => {
        clearTimeout(timer);
        if (document.visibilityState !== "visible") return;
        try {
            const answer = await window.deskKept.post(ADDRESS, message());
            if (answer.status === 200) show(answer.told);
            if (answer.status === 404) return;
        } catch {
            // What is kept tells of a server that is away.
        }
        timer = setTimeout(ask, SECONDS * 1000);
    };

    document.addEventListener("DOMContentLoaded", () => {
        if (!window.deskKept?.person()) return;
        ask();
        document.addEventListener("visibilitychange", ask);
        window.addEventListener("pagehide", () => {
            window.deskKept.post(ADDRESS, { page: location.pathname, leaves: true }, { keepalive: true }).catch(() => {});
        });
    });
})();
