/* What unfold opens on a click alone (the side bar, the account, filters) opens by the keyboard too. */
(() => {
    "use strict";

    const say = (words) => (window.gettext ? gettext(words) : words);
    // By what their click says: a name where they show an icon only, and what they open.
    const OPENERS = [
        ["openUserLinks", () => say("Your account"), (part) => part.parentElement.querySelector("nav")],
        ["sidebarDesktopOpen", () => say("Side bar"), () => null],
        ["sidebarMobileOpen", () => say("Menu"), () => document.querySelector("#nav-sidebar-apps")],
        ["filterOpen = true", () => "", () => document.querySelector("#filter-form")],
        ["switchTheme", () => "", () => null],
    ];
    const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, [role=button]";

    const focusIn = (opened) => {
        const first = [...(opened?.querySelectorAll(FOCUSABLE) ?? [])].find((part) => part.checkVisibility());
        first?.focus();
    };
    const makeButton = (part, name, opened) => {
        part.setAttribute("role", "button");
        part.tabIndex = 0;
        if (name) part.setAttribute("aria-label", name);
        part.querySelectorAll(".material-symbols-outlined").forEach((icon) => icon.setAttribute("aria-hidden", "true"));
        part.addEventListener("keydown", (event) => {
            if (event.target !== part || !["Enter", " "].includes(event.key)) return;
            event.preventDefault();
            part.click();
            // Alpine shows it a moment later.
            setTimeout(() => focusIn(opened), 100);
        });
        // A menu beside its opener; unfold closes the others itself.
        if (!part.parentElement.contains(opened)) return;
        part.parentElement.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || !opened.checkVisibility()) return;
            part.click();
            part.focus();
        });
    };
    // Unfold focuses its search 20 ms after Ctrl + K: what is typed until then would press keys of the page.
    document.addEventListener("alpine:initialized", () => {
        const field = document.querySelector("#search-input-command");
        const search = field?.closest("[x-data]");
        window.addEventListener("keydown", () => {
            if (!search || !Alpine.$data(search).openCommandResults || search.checkVisibility()) return;
            search.style.removeProperty("display");
            field.focus();
        });
    });
    document.addEventListener("DOMContentLoaded", () => {
        for (const [state, name, opened] of OPENERS) {
            document.querySelectorAll(`[x-on\\:click*="${state}"]:not(button)`).forEach((part) => {
                makeButton(part, name(), opened(part));
            });
        }
    });
})();
