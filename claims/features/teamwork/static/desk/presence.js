/* Who else has this page open, and what they saved meanwhile. Asked while the page is looked at, and only then. */
(() => {
    "use strict";

    const ADDRESS = "/admin/presence/";
    const SECONDS = 15;
    const translate = (text) => (window.gettext ? gettext(text) : text);
    const openedAt = performance.now();
    let lastState = "";
    let presenceLine = null;
    let newsBox = null;

    const findVersionedForm = () => [...document.forms].find((form) => form.elements._version?.value && form.id);

    const makeElement = (tag, className, textContent = "") =>
        Object.assign(document.createElement(tag), { className, textContent });

    /* At the head of the page: who else is there. */
    const showOthers = (others) => {
        if (!presenceLine) {
            presenceLine = makeElement("p", "desk-presence");
            presenceLine.setAttribute("role", "status");
            document.querySelector("#content-main, #content")?.prepend(presenceLine);
        }
        presenceLine.textContent = others.join(" · ");
    };

    /* Where it is seen while one writes: what they saved. */
    const showNews = (changed) => {
        const form = findVersionedForm();
        if (!form) return;
        if (!newsBox) {
            newsBox = makeElement("div", "desk-connection desk-news");
            newsBox.setAttribute("role", "status");
            window.deskConnection.getCorner().prepend(newsBox);
        }
        const line = makeElement("p", "", changed);
        line.dir = "auto";
        newsBox.replaceChildren(line);
        if (!changed) return;
        const button = makeElement("button", "desk-button", translate("Show this change beside your text"));
        button.name = "_compare";
        button.value = "1";
        button.setAttribute("form", form.id);
        newsBox.append(button);
    };

    const show = ({ others = [], changed = "" }) => {
        const state = JSON.stringify([others, changed]);
        if (state === lastState) return;
        lastState = state;
        if (presenceLine || others.length) showOthers(others);
        if (newsBox || changed) showNews(changed);
    };

    const buildMessage = () => ({
        page: location.pathname,
        version: findVersionedForm()?.elements._version.value || "",
        writing: window.deskForms.hasUnsavedText(),
        open_for: (performance.now() - openedAt) / 1000,
    });

    let timer = null;
    const poll = async () => {
        clearTimeout(timer);
        if (document.visibilityState !== "visible") return;
        try {
            const answer = await window.deskAutosave.post(ADDRESS, buildMessage());
            if (answer.status === 200) show(answer.payload);
            if (answer.status === 404) return;
        } catch {
            // The autosave reports a server that does not answer.
        }
        timer = setTimeout(poll, SECONDS * 1000);
    };

    document.addEventListener("DOMContentLoaded", () => {
        if (!window.deskAutosave?.getPerson()) return;
        poll();
        document.addEventListener("visibilitychange", poll);
        window.addEventListener("pagehide", () => {
            window.deskAutosave.post(ADDRESS, { page: location.pathname, leaves: true }, { keepalive: true }).catch(() => {});
        });
    });
})();
