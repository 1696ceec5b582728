/* What unfold opens on a click alone (the side bar, the account, filters) opens by the keyboard too. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);
    // By what their click says: a name where they show an icon only, and what they open.
    const OPENERS = [
        ["openUserLinks", () => translate("Your account"), (part) => part.parentElement.querySelector("nav")],
        ["sidebarDesktopOpen", () => translate("Sidebar"), () => null],
        ["sidebarMobileOpen", () => translate("Menu"), () => document.querySelector("#nav-sidebar-apps")],
        ["filterOpen = true", () => "", () => document.querySelector("#filter-form")],
        ["switchTheme", () => "", () => null],
    ];
    const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, [role=button]";

    const findFirst = (menu) => [...(menu?.querySelectorAll(FOCUSABLE) ?? [])].find((part) => part.checkVisibility());
    // Alpine shows it a frame or more later. A person who has moved on by then keeps the focus where it is.
    const focusFirst = (menu, opener) => {
        if (document.activeElement !== opener) return;
        const first = findFirst(menu);
        if (first) first.focus();
        else requestAnimationFrame(() => focusFirst(menu, opener));
    };
    const makeButton = (part, name, menu) => {
        part.setAttribute("role", "button");
        part.tabIndex = 0;
        if (name) part.setAttribute("aria-label", name);
        part.querySelectorAll(".material-symbols-outlined").forEach((icon) => icon.setAttribute("aria-hidden", "true"));
        part.addEventListener("keydown", (event) => {
            if (event.target !== part || !["Enter", " "].includes(event.key)) return;
            event.preventDefault();
            const isOpening = menu && !findFirst(menu);
            part.click();
            if (isOpening) focusFirst(menu, part);
        });
        // A menu beside its opener; unfold closes the others itself.
        if (!part.parentElement.contains(menu)) return;
        part.parentElement.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || !menu.checkVisibility()) return;
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
        for (const [state, name, findMenu] of OPENERS) {
            document.querySelectorAll(`[x-on\\:click*="${state}"]:not(button)`).forEach((part) => {
                makeButton(part, name(), findMenu(part));
            });
        }
    });
})();
