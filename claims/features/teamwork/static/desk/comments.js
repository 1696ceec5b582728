/* While a name is typed behind an @, colleagues are offered whom it may mean. Without this, it is typed in full. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);
    const format = (words, values) => words.replace(/%\((\w+)\)s/g, (_whole, name) => values[name]);
    // The name before the cursor, as far as it has been typed.
    const TYPED = /(?:^|[^\p{L}\p{N}_@.+/-])@([\p{L}\p{N}_.+-]{0,150})$/u;
    let numbered = 0;

    const withPeople = (field, address) => {
        const list = document.createElement("ul");
        const statusLine = document.createElement("p");
        const number = (numbered += 1);
        list.id = `desk-people-${number}`;
        list.className = "desk-people";
        list.setAttribute("role", "listbox");
        list.setAttribute("aria-label", translate("Colleagues"));
        list.hidden = true;
        statusLine.className = "sr-only";
        statusLine.setAttribute("role", "status");
        field.after(list, statusLine);
        field.setAttribute("aria-autocomplete", "list");
        field.setAttribute("aria-haspopup", "listbox");
        field.setAttribute("aria-controls", list.id);
        field.autocomplete = "off";

        let people = [];
        let chosen = 0;
        let asked = null;
        let waiting = null;
        let typed = null;

        const beginning = () => {
            if (field.selectionStart !== field.selectionEnd) return null;
            const match = TYPED.exec(field.value.slice(0, field.selectionStart));
            return match ? match[1] : null;
        };
        const close = () => {
            asked?.abort();
            clearTimeout(waiting);
            people = [];
            typed = null;
            list.hidden = true;
            list.replaceChildren();
            statusLine.textContent = "";
            field.removeAttribute("aria-activedescendant");
        };
        const mark = (place) => {
            chosen = (place + people.length) % people.length;
            [...list.children].forEach((item, each) => item.setAttribute("aria-selected", String(each === chosen)));
            field.setAttribute("aria-activedescendant", list.children[chosen].id);
            list.children[chosen].scrollIntoView({ block: "nearest" });
        };
        const take = (place) => {
            const { username } = people[place];
            const end = field.selectionStart;
            const begin = end - beginning().length;
            field.setRangeText(`${username} `, begin, end, "end");
            close();
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.focus();
        };
        const show = (found) => {
            people = found;
            if (!people.length) {
                close();
                return;
            }
            list.replaceChildren(
                ...people.map((person, place) => {
                    const item = document.createElement("li");
                    item.id = `${list.id}-${place}`;
                    item.setAttribute("role", "option");
                    const name = document.createElement("span");
                    name.dir = "auto";
                    name.textContent = person.name;
                    const username = document.createElement("span");
                    username.className = "desk-quiet";
                    username.textContent = `@${person.username}`;
                    item.append(name, username);
                    // Before the field loses the focus.
                    item.addEventListener("mousedown", (event) => {
                        event.preventDefault();
                        take(place);
                    });
                    return item;
                }),
            );
            list.hidden = false;
            list.style.top = `${field.offsetTop + field.offsetHeight + 2}px`;
            mark(0);
            statusLine.textContent = format(translate("%(number)s colleagues; choose with the arrow keys and Enter."), {
                number: people.length,
            });
        };
        const ask = async (name) => {
            asked?.abort();
            asked = new AbortController();
            const answer = await fetch(`${address}?q=${encodeURIComponent(name)}`, { signal: asked.signal });
            if (answer.ok && beginning() === name) show((await answer.json()).people);
        };
        const look = () => {
            const name = beginning();
            if (name === typed) return;
            if (name === null) {
                close();
                return;
            }
            typed = name;
            clearTimeout(waiting);
            waiting = setTimeout(() => ask(name).catch(() => {}), 150);
        };

        field.addEventListener("input", look);
        field.addEventListener("click", look);
        field.addEventListener("keydown", (event) => {
            if (list.hidden || event.isComposing) return;
            const moves = { ArrowDown: 1, ArrowUp: -1 };
            if (event.key in moves) mark(chosen + moves[event.key]);
            else if (event.key === "Enter" || event.key === "Tab") take(chosen);
            else if (event.key === "Escape") close();
            else return;
            event.preventDefault();
            event.stopPropagation();
        });
        field.addEventListener("blur", close);
    };

    // Whoever follows a link to a comment finds it open, and goes on from there.
    const goTo = () => {
        const comment = /^#comment-\d+$/.test(location.hash) && document.querySelector(location.hash);
        if (!comment) return;
        comment.closest("details")?.setAttribute("open", "");
        comment.scrollIntoView({ block: "center" });
        comment.focus({ preventScroll: true });
    };

    document.querySelectorAll(".desk-talk").forEach((talk) => {
        talk.querySelectorAll("textarea[data-mentions]").forEach((field) => withPeople(field, talk.dataset.people));
        // Who opens a form writes in it.
        talk.querySelectorAll(".desk-talk-fold").forEach((fold) => {
            fold.addEventListener("toggle", () => fold.open && fold.querySelector("textarea")?.focus());
        });
    });
    goTo();
    window.addEventListener("hashchange", goTo);
})();
