/* Whom the name that is typed may mean: what authorities say, below it. Choosing one writes its addresses under “same
   as” and, where they are empty, the country and the site. Without this script addresses are pasted. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);
    const WAIT = 600;
    const FEWEST = 3;

    const element = (kind, classes, ...content) => {
        const made = document.createElement(kind);
        if (classes) made.className = classes;
        made.append(...content);
        return made;
    };

    const offer = (field) => {
        const name = document.getElementById("id_name");
        const kind = document.getElementById("id_kind");
        if (!name) return;
        const row = /\/(\d+)\/change\/$/.exec(window.location.pathname)?.[1] ?? "";

        const status = element("p", "same-as-status");
        status.setAttribute("role", "status");
        const list = element("ul", "same-as-list");
        const look = element("button", "desk-button same-as-look", translate("Look up identifiers"));
        look.type = "button";
        const box = element("div", "same-as", look, status, list);
        name.parentElement.append(box);

        const addresses = () => field.value.split(",").map((each) => each.trim()).filter(Boolean);

        const fill = (id, value) => {
            const input = document.getElementById(id);
            if (input && value && !input.value) {
                input.value = value;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            }
        };

        let asked = 0;
        let waiting;

        const choose = (candidate) => {
            // What is still asked, or about to be, comes too late.
            window.clearTimeout(waiting);
            asked += 1;
            field.value = [...new Set([...addresses(), ...candidate.same_as])].join(",");
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.dispatchEvent(new Event("change", { bubbles: true }));
            fill("id_country", candidate.country);
            fill("id_url", candidate.website);
            list.replaceChildren();
            status.textContent = interpolate(translate("%s: filled in. Save the page to keep it."), [candidate.name]);
            look.focus();
        };

        const shown = (candidate) => {
            const words = element("span", "same-as-words");
            const strong = element("strong", "", candidate.name);
            strong.dir = "auto";
            words.append(strong);
            if (candidate.description) {
                const description = element("span", "", candidate.description);
                description.dir = "auto";
                words.append(" ", description);
            }
            const links = candidate.same_as.map((address) => {
                const link = element("a", "desk-outside", `${new URL(address).pathname.split("/").pop()} ↗`);
                link.href = address;
                link.target = "_blank";
                link.rel = "noopener noreferrer";
                return link;
            });
            const item = element("li", "", words, element("span", "same-as-links", ...links));
            if (candidate.known) {
                const page = element("a", "", candidate.known.name);
                page.href = candidate.known.page;
                page.dir = "auto";
                item.append(element("span", "same-as-known", translate("Already recorded:"), " ", page));
            } else {
                const take = element("button", "desk-button", translate("Use this identifier"));
                take.type = "button";
                take.setAttribute("aria-label", interpolate(translate("Use this identifier: %s, %s"), [candidate.name, candidate.description]));
                take.addEventListener("click", () => choose(candidate));
                item.append(take);
            }
            return item;
        };

        const ask = async () => {
            const words = name.value.trim();
            const turn = ++asked;
            if (words.length < FEWEST) {
                list.replaceChildren();
                status.textContent = "";
                return;
            }
            status.textContent = translate("Searching…");
            const question = new URLSearchParams({ q: words, kind: kind?.value ?? "", row });
            let answer;
            try {
                const response = await fetch(`${field.dataset.sameAs}?${question}`, { headers: { Accept: "application/json" } });
                if (!response.ok) throw new Error(String(response.status));
                answer = await response.json();
            } catch {
                if (turn === asked) status.textContent = translate("No answer at the moment. You can still paste an address.");
                return;
            }
            if (turn !== asked) return;
            list.replaceChildren(...answer.candidates.map(shown));
            status.textContent = [
                ...answer.problems,
                answer.candidates.length || answer.problems.length ? "" : translate("No match for this name."),
            ]
                .filter(Boolean)
                .join(" ");
        };

        look.addEventListener("click", ask);
        name.addEventListener("input", () => {
            window.clearTimeout(waiting);
            // Whoever is identified already is not asked about again with every letter.
            if (!addresses().length) waiting = window.setTimeout(ask, WAIT);
        });
    };

    document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-same-as]").forEach(offer));
})();
