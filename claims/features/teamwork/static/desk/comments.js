/* While a name is typed behind an @, colleagues are offered whom it may mean. Without this, it is typed in full. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);
    const format = (text, values) => text.replace(/%\((\w+)\)s/g, (_whole, name) => values[name]);
    // The name before the cursor, as far as it has been typed.
    const MENTION = /(?:^|[^\p{L}\p{N}_@.+/-])@([\p{L}\p{N}_.+-]{0,150})$/u;
    let listCount = 0;

    const suggestPeople = (field, address) => {
        const list = document.createElement("ul");
        const statusLine = document.createElement("p");
        const number = (listCount += 1);
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
        let selectedIndex = 0;
        let controller = null;
        let timer = null;
        let currentName = null;

        const getTypedName = () => {
            if (field.selectionStart !== field.selectionEnd) return null;
            const match = MENTION.exec(field.value.slice(0, field.selectionStart));
            return match ? match[1] : null;
        };
        const close = () => {
            controller?.abort();
            clearTimeout(timer);
            people = [];
            currentName = null;
            list.hidden = true;
            list.replaceChildren();
            statusLine.textContent = "";
            field.removeAttribute("aria-activedescendant");
        };
        const selectItem = (place) => {
            selectedIndex = (place + people.length) % people.length;
            [...list.children].forEach((item, each) => item.setAttribute("aria-selected", String(each === selectedIndex)));
            field.setAttribute("aria-activedescendant", list.children[selectedIndex].id);
            list.children[selectedIndex].scrollIntoView({ block: "nearest" });
        };
        const insertName = (place) => {
            const { username } = people[place];
            const end = field.selectionStart;
            const begin = end - getTypedName().length;
            field.setRangeText(`${username} `, begin, end, "end");
            close();
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.focus();
        };
        const showPeople = (results) => {
            people = results;
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
                        insertName(place);
                    });
                    return item;
                }),
            );
            list.hidden = false;
            list.style.top = `${field.offsetTop + field.offsetHeight + 2}px`;
            selectItem(0);
            statusLine.textContent = format(translate("%(number)s colleagues; choose with the arrow keys and Enter."), {
                number: people.length,
            });
        };
        const search = async (name) => {
            controller?.abort();
            controller = new AbortController();
            const answer = await fetch(`${address}?q=${encodeURIComponent(name)}`, { signal: controller.signal });
            if (answer.ok && getTypedName() === name) showPeople((await answer.json()).people);
        };
        const update = () => {
            const name = getTypedName();
            if (name === currentName) return;
            if (name === null) {
                close();
                return;
            }
            currentName = name;
            clearTimeout(timer);
            timer = setTimeout(() => search(name).catch(() => {}), 150);
        };

        field.addEventListener("input", update);
        field.addEventListener("click", update);
        field.addEventListener("keydown", (event) => {
            if (list.hidden || event.isComposing) return;
            const moves = { ArrowDown: 1, ArrowUp: -1 };
            if (event.key in moves) selectItem(selectedIndex + moves[event.key]);
            else if (event.key === "Enter" || event.key === "Tab") insertName(selectedIndex);
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
        talk.querySelectorAll("textarea[data-mentions]").forEach((field) => suggestPeople(field, talk.dataset.people));
        // Who opens a form writes in it.
        talk.querySelectorAll(".desk-talk-fold").forEach((fold) => {
            fold.addEventListener("toggle", () => fold.open && fold.querySelector("textarea")?.focus());
        });
    });
    goTo();
    window.addEventListener("hashchange", goTo);
})();
