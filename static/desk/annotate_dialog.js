/* The dialog in which selected words become a claim, a place of one, or evidence. It sends what was selected with where
   it stands; the server takes just that, or says why not. */
(() => {
    "use strict";

    const dialog = document.getElementById("words");
    const reading = document.getElementById("reading");
    // Whose role, or whose older text, has words only to be read.
    if (!dialog || !reading) return;
    const article = document.getElementById("article");
    const base = reading.dataset.base;
    const snapshot = Number(reading.dataset.snapshot);
    const problem = document.getElementById("words-problem");
    const forms = [...dialog.querySelectorAll("form")];
    const formFor = (use) => forms.find((form) => form.dataset.for === use);
    let words = null;
    let asked = null;
    let stored = () => {};
    // What was typed about words before the dialog was closed, by their place.
    const typed = new Map();

    /* What is offered ----------------------------------------------------------------------------------------------- */

    const offer = async (form) => {
        asked?.abort();
        asked = new AbortController();
        const use = form.dataset.for;
        const body = { ...words, snapshot, for: use, q: form.elements.q?.value || "" };
        const payload = await deskPost(`${base}offers/`, body, { signal: asked.signal });
        if (payload.html !== undefined) form.querySelector(".desk-offered").innerHTML = payload.html; // escaped by the server
        const claimant = form.elements.claimant;
        if (payload.claimant && claimant && !claimant.value) claimant.value = payload.claimant;
    };
    const offerQuietly = (form) => offer(form).catch(() => {});

    let waiting = null;
    dialog.addEventListener("input", (event) => {
        if (event.target.name !== "q") return;
        clearTimeout(waiting);
        waiting = setTimeout(() => offerQuietly(event.target.form), 200);
    });

    /* Opening and closing ------------------------------------------------------------------------------------------- */

    const tell = (sentence) => {
        problem.textContent = sentence;
        problem.hidden = !sentence;
        if (sentence) problem.focus();
    };
    const show = (use) => {
        for (const form of forms) form.hidden = form.dataset.for !== use;
        for (const button of dialog.querySelectorAll("[data-use]")) {
            button.setAttribute("aria-pressed", String(button.dataset.use === use));
        }
        tell("");
        const form = formFor(use);
        form.querySelector("textarea, input:not([type=hidden], [hidden])").focus();
        offerQuietly(form);
    };
    const placeOf = () => `${snapshot}:${words.start}-${words.end}`;
    const fill = (form) => {
        const kept = typed.get(`${form.id} ${placeOf()}`);
        form.reset();
        form.elements.where.value = placeOf();
        const { statement } = form.elements;
        if (statement) {
            statement.value = kept?.statement ?? words.exact.replace(/\s+/g, " ").slice(0, statement.maxLength);
            form.elements.claimant.value = kept?.claimant ?? "";
            // Only what shows similar claims listens there: nobody has typed anything yet.
            statement.dispatchEvent(new Event("input"));
        }
        if (form.elements.note && kept) form.elements.note.value = kept.note;
        form.querySelector(".desk-offered")?.replaceChildren();
    };
    const valuesOf = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const empty = (form) => {
        form.reset();
        form.querySelector(".desk-offered")?.replaceChildren();
        // What is kept of a form that was left unsaved ends with it: from here on it is kept in `typed`.
        form.elements.where.dispatchEvent(new Event("input", { bubbles: true }));
    };
    /* What was typed about these words is there when they are selected again. */
    const leave = () => {
        for (const form of words ? forms : []) {
            typed.set(`${form.id} ${placeOf()}`, valuesOf(form));
            empty(form);
        }
        words = null;
    };
    const open = (selected, use, onStored, { isKept = false } = {}) => {
        leave();
        words = selected;
        stored = onStored;
        document.getElementById("words-exact").textContent = words.exact;
        if (!isKept) forms.forEach(fill);
        dialog.showModal();
        show(use);
    };
    // The browser tells it later: by then the dialog may be open for other words.
    dialog.addEventListener("close", () => {
        if (dialog.open) return;
        asked?.abort();
        leave();
        article.focus({ preventScroll: true });
    });
    dialog.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button?.dataset.use) show(button.dataset.use);
        if (button?.dataset.close !== undefined || event.target === dialog) dialog.close();
    });

    /* Words that were typed before a crash come back into their fields by themselves (autosave.js), and with them their
       place: the dialog opens again where it was. */
    for (const form of forms) {
        form.elements.where.addEventListener("change", () => {
            const [, number, start, end] = /^(\d+):(\d+)-(\d+)$/.exec(form.elements.where.value) || [];
            if (dialog.open || Number(number) !== snapshot) return;
            const place = { start: Number(start), end: Number(end) };
            const exact = window.deskWords.textOf(article, place.start, place.end);
            if (exact) open({ ...place, exact }, form.dataset.for, window.deskNoted || (() => {}), { isKept: true });
        });
    }

    /* Storing ------------------------------------------------------------------------------------------------------- */

    const send = async (form, submitter) => {
        if (form.classList.contains("desk-busy")) return;
        form.classList.add("desk-busy");
        tell("");
        const [sent, place] = [words, placeOf()];
        const body = { ...sent, snapshot };
        for (const [name, value] of new FormData(form, submitter)) {
            if (["statement", "claimant", "note", "stance"].includes(name)) body[name] = value;
            if (["claim", "verdict"].includes(name)) body[name] = Number(value);
        }
        try {
            const payload = await deskPost(form.action, body);
            if (words === sent) leave();
            for (const each of forms) typed.delete(`${each.id} ${place}`);
            window.deskForms?.markSaved?.(form);
            if (!words) dialog.close();
            stored(payload);
        } catch (refusal) {
            // Whoever has closed the dialog meanwhile sees what was refused, with what they had typed.
            if (!dialog.open) open(sent, form.dataset.for, stored);
            tell(refusal.message);
        } finally {
            form.classList.remove("desk-busy");
        }
    };
    for (const form of forms) {
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            // A search field sends its form with Enter; a claim is chosen by its own button.
            if (form.dataset.for === "appearance" && event.submitter?.name !== "claim") return;
            if (form.dataset.for === "appearance" && document.activeElement === form.elements.q) return;
            send(form, event.submitter);
        });
        form.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && event.target.name === "q") event.preventDefault();
            if (event.key === "Enter" && event.target.tagName === "TEXTAREA" && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                form.requestSubmit(form.querySelector("[type=submit]"));
            }
        });
    }

    window.deskDialog = { open };
})();
