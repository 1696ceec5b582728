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
    const findForm = (use) => forms.find((form) => form.dataset.for === use);
    let selection = null;
    let controller = null;
    let onStored = () => {};
    // What was typed about words before the dialog was closed, by their place.
    const typedValues = new Map();

    /* What is offered ----------------------------------------------------------------------------------------------- */

    const loadOffers = async (form) => {
        controller?.abort();
        controller = new AbortController();
        const use = form.dataset.for;
        const body = { ...selection, snapshot, for: use, q: form.elements.q?.value || "" };
        const payload = await deskPost(`${base}offers/`, body, { signal: controller.signal });
        if (payload.html !== undefined) form.querySelector(".desk-offers").innerHTML = payload.html; // escaped by the server
        const claimant = form.elements.claimant;
        if (payload.claimant && claimant && !claimant.value) claimant.value = payload.claimant;
    };
    const tryLoadOffers = (form) => loadOffers(form).catch(() => {});

    let searchTimer = null;
    dialog.addEventListener("input", (event) => {
        if (event.target.name !== "q") return;
        clearTimeout(searchTimer);
        searchTimer = setTimeout(() => tryLoadOffers(event.target.form), 200);
    });

    /* Opening and closing ------------------------------------------------------------------------------------------- */

    const showProblem = (sentence) => {
        problem.textContent = sentence;
        problem.hidden = !sentence;
        if (sentence) problem.focus();
    };
    const show = (use) => {
        for (const form of forms) form.hidden = form.dataset.for !== use;
        for (const button of dialog.querySelectorAll("[data-use]")) {
            button.setAttribute("aria-pressed", String(button.dataset.use === use));
        }
        showProblem("");
        const form = findForm(use);
        form.querySelector("textarea, input:not([type=hidden], [hidden])").focus();
        tryLoadOffers(form);
    };
    const getPlace = () => `${snapshot}:${selection.start}-${selection.end}`;
    const fillForm = (form) => {
        const values = typedValues.get(`${form.id} ${getPlace()}`);
        form.reset();
        form.elements.where.value = getPlace();
        const { statement } = form.elements;
        if (statement) {
            statement.value = values?.statement ?? selection.exact.replace(/\s+/g, " ").slice(0, statement.maxLength);
            form.elements.claimant.value = values?.claimant ?? "";
            // Only what shows similar claims listens there: nobody has typed anything yet.
            statement.dispatchEvent(new Event("input"));
        }
        if (form.elements.note && values) form.elements.note.value = values.note;
        form.querySelector(".desk-offers")?.replaceChildren();
    };
    const getValues = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const clearForm = (form) => {
        form.reset();
        form.querySelector(".desk-offers")?.replaceChildren();
        // What is kept of a form that was left unsaved ends with it: from here on it is kept in `typedValues`.
        form.elements.where.dispatchEvent(new Event("input", { bubbles: true }));
    };
    /* What was typed about these words is there when they are selected again. */
    const storeTyped = () => {
        for (const form of selection ? forms : []) {
            typedValues.set(`${form.id} ${getPlace()}`, getValues(form));
            clearForm(form);
        }
        selection = null;
    };
    const open = (newSelection, use, callback, { isRestored = false } = {}) => {
        storeTyped();
        selection = newSelection;
        onStored = callback;
        document.getElementById("words-exact").textContent = selection.exact;
        if (!isRestored) forms.forEach(fillForm);
        dialog.showModal();
        show(use);
    };
    // The browser tells it later: by then the dialog may be open for other words.
    dialog.addEventListener("close", () => {
        if (dialog.open) return;
        controller?.abort();
        storeTyped();
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
            const exact = window.deskSelection.getText(article, place.start, place.end);
            if (exact) open({ ...place, exact }, form.dataset.for, window.deskShowNote || (() => {}), { isRestored: true });
        });
    }

    /* Storing ------------------------------------------------------------------------------------------------------- */

    const send = async (form, submitter) => {
        if (form.classList.contains("desk-busy")) return;
        form.classList.add("desk-busy");
        showProblem("");
        const [sentSelection, place] = [selection, getPlace()];
        const body = { ...sentSelection, snapshot };
        for (const [name, value] of new FormData(form, submitter)) {
            if (["statement", "claimant", "note", "stance"].includes(name)) body[name] = value;
            if (["claim", "verdict"].includes(name)) body[name] = Number(value);
        }
        try {
            const payload = await deskPost(form.action, body);
            if (selection === sentSelection) storeTyped();
            for (const each of forms) typedValues.delete(`${each.id} ${place}`);
            window.deskForms?.markSaved?.(form);
            if (!selection) dialog.close();
            onStored(payload);
        } catch (refusal) {
            // Whoever has closed the dialog meanwhile sees what was refused, with what they had typed.
            if (!dialog.open) open(sentSelection, form.dataset.for, onStored);
            showProblem(refusal.message);
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
