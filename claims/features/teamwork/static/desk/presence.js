/* Who else has this page open, and what they saved meanwhile. Asked while the page is looked at, and only then. */
(() => {
    "use strict";

    const ADDRESS = "/admin/presence/";
    const SECONDS = 15;
    const translate = (text) => (window.gettext ? gettext(text) : text);
    const opened = performance.now();
    let shown = "";
    let here = null;
    let news = null;

    const formWithVersion = () => [...document.forms].find((form) => form.elements._version?.value && form.id);

    const made = (tag, className, textContent = "") =>
        Object.assign(document.createElement(tag), { className, textContent });

    /* At the head of the page: who else is there. */
    const showOthers = (others) => {
        if (!here) {
            here = made("p", "desk-presence");
            here.setAttribute("role", "status");
            document.querySelector("#content-main, #content")?.prepend(here);
        }
        here.textContent = others.join(" · ");
    };

    /* Where it is seen while one writes: what they saved. */
    const showNews = (changed) => {
        const form = formWithVersion();
        if (!form) return;
        if (!news) {
            news = made("div", "desk-connection desk-news");
            news.setAttribute("role", "status");
            window.deskConnection.getCorner().prepend(news);
        }
        const words = made("p", "", changed);
        words.dir = "auto";
        news.replaceChildren(words);
        if (!changed) return;
        const button = made("button", "desk-button", translate("Show this change beside your text"));
        button.name = "_compare";
        button.value = "1";
        button.setAttribute("form", form.id);
        news.append(button);
    };

    const show = ({ others = [], changed = "" }) => {
        const shownState = JSON.stringify([others, changed]);
        if (shownState === shown) return;
        shown = shownState;
        if (here || others.length) showOthers(others);
        if (news || changed) showNews(changed);
    };

    const message = () => ({
        page: location.pathname,
        version: formWithVersion()?.elements._version.value || "",
        writing: window.deskForms.hasUnsavedText(),
        open_for: (performance.now() - opened) / 1000,
    });

    let timer = null;
    const ask = async () => {
        clearTimeout(timer);
        if (document.visibilityState !== "visible") return;
        try {
            const answer = await window.deskAutosave.post(ADDRESS, message());
            if (answer.status === 200) show(answer.payload);
            if (answer.status === 404) return;
        } catch {
            // What is kept tells of a server that is away.
        }
        timer = setTimeout(ask, SECONDS * 1000);
    };

    document.addEventListener("DOMContentLoaded", () => {
        if (!window.deskAutosave?.getPerson()) return;
        ask();
        document.addEventListener("visibilitychange", ask);
        window.addEventListener("pagehide", () => {
            window.deskAutosave.post(ADDRESS, { page: location.pathname, leaves: true }, { keepalive: true }).catch(() => {});
        });
    });
})();
