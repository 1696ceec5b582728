/* Whom the name that is typed may mean: what authorities say, below it. Choosing one writes its addresses under “same
   as” and, where they are empty, the country and the site. Without this script addresses are pasted. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);
    const DELAY = 600;
    const MIN_LENGTH = 3;

    const makeElement = (kind, classes, ...content) => {
        const node = document.createElement(kind);
        if (classes) node.className = classes;
        node.append(...content);
        return node;
    };

    const addLookUp = (field) => {
        const name = document.getElementById("id_name");
        const kind = document.getElementById("id_kind");
        if (!name) return;
        const row = /\/(\d+)\/change\/$/.exec(window.location.pathname)?.[1] ?? "";

        const status = makeElement("p", "same-as-status");
        status.setAttribute("role", "status");
        const list = makeElement("ul", "same-as-list");
        const lookUpButton = makeElement("button", "desk-button same-as-look", translate("Look up identifiers"));
        lookUpButton.type = "button";
        const box = makeElement("div", "same-as", lookUpButton, status, list);
        name.parentElement.append(box);

        const getAddresses = () => field.value.split(",").map((each) => each.trim()).filter(Boolean);

        const fillIfEmpty = (id, value) => {
            const input = document.getElementById(id);
            if (input && value && !input.value) {
                input.value = value;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            }
        };

        let searchCount = 0;
        let timer;

        const choose = (candidate) => {
            // What is still asked, or about to be, comes too late.
            window.clearTimeout(timer);
            searchCount += 1;
            field.value = [...new Set([...getAddresses(), ...candidate.same_as])].join(",");
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.dispatchEvent(new Event("change", { bubbles: true }));
            fillIfEmpty("id_country", candidate.country);
            fillIfEmpty("id_url", candidate.website);
            list.replaceChildren();
            status.textContent = interpolate(translate("%s: filled in. Save the page to keep it."), [candidate.name]);
            lookUpButton.focus();
        };

        const makeItem = (candidate) => {
            const caption = makeElement("span", "same-as-text");
            const strong = makeElement("strong", "", candidate.name);
            strong.dir = "auto";
            caption.append(strong);
            if (candidate.description) {
                const description = makeElement("span", "", candidate.description);
                description.dir = "auto";
                caption.append(" ", description);
            }
            const links = candidate.same_as.map((address) => {
                const link = makeElement("a", "desk-outside", `${new URL(address).pathname.split("/").pop()} ↗`);
                link.href = address;
                link.target = "_blank";
                link.rel = "noopener noreferrer";
                return link;
            });
            const item = makeElement("li", "", caption, makeElement("span", "same-as-links", ...links));
            if (candidate.known) {
                const page = makeElement("a", "", candidate.known.name);
                page.href = candidate.known.page;
                page.dir = "auto";
                item.append(makeElement("span", "same-as-existing", translate("Already recorded:"), " ", page));
            } else {
                const useButton = makeElement("button", "desk-button", translate("Use this identifier"));
                useButton.type = "button";
                useButton.setAttribute("aria-label", interpolate(translate("Use this identifier: %s, %s"), [candidate.name, candidate.description]));
                useButton.addEventListener("click", () => choose(candidate));
                item.append(useButton);
            }
            return item;
        };

        const search = async () => {
            const text = name.value.trim();
            const current = ++searchCount;
            if (text.length < MIN_LENGTH) {
                list.replaceChildren();
                status.textContent = "";
                return;
            }
            status.textContent = translate("Searching…");
            const question = new URLSearchParams({ q: text, kind: kind?.value ?? "", row });
            let answer;
            try {
                const response = await fetch(`${field.dataset.sameAs}?${question}`, { headers: { Accept: "application/json" } });
                if (!response.ok) throw new Error(String(response.status));
                answer = await response.json();
            } catch {
                if (current === searchCount) status.textContent = translate("No answer at the moment. You can still paste an address.");
                return;
            }
            if (current !== searchCount) return;
            list.replaceChildren(...answer.candidates.map(makeItem));
            status.textContent = [
                ...answer.problems,
                answer.candidates.length || answer.problems.length ? "" : translate("No match for this name."),
            ]
                .filter(Boolean)
                .join(" ");
        };

        lookUpButton.addEventListener("click", search);
        name.addEventListener("input", () => {
            window.clearTimeout(timer);
            // Whoever is identified already is not asked about again with every letter.
            if (!getAddresses().length) timer = window.setTimeout(search, DELAY);
        });
    };

    document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-same-as]").forEach(addLookUp));
})();
