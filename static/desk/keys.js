/* Keys of a page, and the list of them under “?”. A page says its keys in one of two ways:

   - in its HTML: `data-key="e"` on a button, link, summary or field, and `data-key-does="Edit the statement"` where the
     element does not say that itself. The key presses it; a field or a section is gone to;
   - in a script that is loaded after this one: `deskKeys.add("j", gettext("Next claim"), () => …, { repeats: true })`,
     which returns a function that takes the key away again. Elements that come later are read by `deskKeys.read(part)`.

   A key is what `KeyboardEvent.key` says: "j", "J" (with Shift), "?", "Escape", "ArrowDown". Keys do nothing while
   somebody types, in a dialog, with Ctrl, Alt or Meta, or where the person has switched them off (WCAG 2.2, 2.1.4). */
(() => {
    "use strict";

    const OFF = "desk-keys-off";
    const translate = (text) => (window.gettext ? gettext(text) : text);
    // A browser can forbid storage: then the choice holds as long as the page does.
    let isOff = false;
    try {
        isOff = localStorage.getItem(OFF) === "1";
    } catch {
        isOff = false;
    }
    const switchOff = (off) => {
        isOff = off;
        try {
            if (off) localStorage.setItem(OFF, "1");
            else localStorage.removeItem(OFF);
        } catch {
            // Nothing to keep it in.
        }
    };

    /* What there is ------------------------------------------------------------------------------------------------- */

    const keys = new Map();
    const add = (key, label, action, { repeats = false } = {}) => {
        const entry = { key, label, action, repeats };
        if (keys.has(key)) console.error(`The key ${key} does two things: ${keys.get(key).label}, ${label}`);
        keys.set(key, entry);
        return () => keys.get(key) === entry && keys.delete(key);
    };

    const press = (element) => {
        if (!element.isConnected) return;
        // A summary opens its own by itself.
        const around = element.matches("summary") ? element.parentElement.parentElement : element;
        around.closest("details:not([open])")?.setAttribute("open", "");
        element.scrollIntoView({ block: "nearest" });
        if (element.matches("button, a[href], summary")) {
            element.focus();
            element.click();
        } else {
            if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
            element.focus();
        }
    };
    const read = (part) => {
        for (const element of part.querySelectorAll("[data-key]")) {
            const { key, keyDoes } = element.dataset;
            if (keys.get(key)?.element === element) continue;
            // A part that was replaced takes its keys along.
            if (keys.get(key)?.element?.isConnected === false) keys.delete(key);
            add(key, keyDoes || element.textContent.trim(), () => press(element));
            keys.get(key).element = element;
            element.setAttribute("aria-keyshortcuts", key);
        }
    };

    /* Pressed ------------------------------------------------------------------------------------------------------- */

    const TYPED_INTO = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select";
    const isTyping = (target) =>
        target instanceof HTMLElement &&
        (target.isContentEditable || target.closest(`${TYPED_INTO}, [role=combobox], [role=listbox], dialog`) !== null);
    // On a keyboard of another script, the place of a key stands for its letter.
    const getLetter = (event) => {
        if (event.key.length !== 1 || event.key.charCodeAt(0) < 128 || !/^Key[A-Z]$/.test(event.code)) return event.key;
        return event.shiftKey ? event.code[3] : event.code[3].toLowerCase();
    };
    document.addEventListener("keydown", (event) => {
        if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
        if (isOff || isTyping(event.target) || document.querySelector("dialog:modal")) return;
        const entry = keys.get(getLetter(event));
        if (!entry || (event.repeat && !entry.repeats)) return;
        event.preventDefault();
        entry.action(event);
    });

    /* The list of them ---------------------------------------------------------------------------------------------- */

    const NAMES = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: translate("Esc"), " ": translate("Space") };
    const makeElement = (name, text = "", attributes = {}) => {
        const node = document.createElement(name);
        node.textContent = text;
        for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
        return node;
    };
    const show = () => {
        const dialog = makeElement("dialog", "", { class: "desk-dialog desk-keys", "aria-labelledby": "desk-keys-title" });
        const list = makeElement("dl");
        for (const { key, label } of keys.values()) {
            const term = makeElement("dt");
            term.append(makeElement("kbd", NAMES[key] ?? key));
            list.append(term, makeElement("dd", label));
        }
        const switchLabel = makeElement("label", "", { class: "desk-keys-switch" });
        const box = makeElement("input", "", { type: "checkbox" });
        box.checked = !isOff;
        box.addEventListener("change", () => switchOff(!box.checked));
        switchLabel.append(box, translate("Use keyboard shortcuts on this device"));
        const close = makeElement("button", translate("Close"), { type: "button", class: "desk-button" });
        close.addEventListener("click", () => dialog.close());
        dialog.append(
            makeElement("h2", translate("Keyboard shortcuts on this page"), { id: "desk-keys-title" }),
            list,
            makeElement("p", translate("Shortcuts are off while you type. Without them, you can reach everything with the Tab key."), { class: "desk-quiet" }),
            switchLabel,
            close,
        );
        const before = document.activeElement;
        dialog.addEventListener("close", () => {
            dialog.remove();
            before?.focus?.();
        });
        document.body.append(dialog);
        dialog.showModal();
        close.focus();
    };

    window.deskKeys = { add, read, show };

    document.addEventListener("DOMContentLoaded", () => {
        read(document);
        if (!keys.size) return;
        add("?", translate("This list"), show);
        // Whoever has switched the keys off, or has no keyboard, finds the list by this button.
        let opener = document.querySelector("[data-desk-keys]");
        if (!opener) {
            opener = makeElement("button", translate("Keyboard shortcuts"), { type: "button", class: "desk-keys-button" });
            document.querySelector("#content")?.append(opener);
        }
        opener.hidden = false;
        opener.addEventListener("click", show);
    });
})();
