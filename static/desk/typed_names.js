/* Pickers in which names are typed (factcheck/admin/typed_names.py): a letter opens them, Enter and Tab take what the
   list shows for what was typed, and pasted addresses fill rows and are read while the page is open. */
(() => {
    "use strict";

    const $ = django.jQuery;
    const ADDRESS = /(?:https?:\/\/|www\.)\S+/i;
    // Seconds between questions about a page that is being read; then the worker completes it alone.
    const PAUSES = [1, 1, 2, 2, 3, 3, 5, 5, 8, 8, 10, 10];

    const findOpenPicker = () => document.querySelector("select[data-names]:has(+ .select2-container--open)");
    const getSearchField = (select) =>
        document.querySelector(".select2-container--open .select2-dropdown .select2-search__field") ||
        select.nextElementSibling.querySelector(".select2-search__field");

    // A letter on a closed picker is the first of a name.
    const openPicker = (selection, text) => {
        const select = selection?.closest(".select2-container").previousElementSibling;
        if (!select?.matches("[data-names]")) return false;
        $(select).select2("open");
        const field = getSearchField(select);
        // select2 gives it the focus a moment later, when the next letter may be here.
        field.focus();
        field.value += text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return true;
    };

    // Enter before the answer would take what was listed for fewer letters: it waits for the answer.
    const listedTerms = new WeakMap();
    const wantedTerms = new WeakMap();
    $(document).on("select2:open", "select[data-names]", ({ target }) => {
        const picker = $(target).data("select2");
        if (listedTerms.has(picker)) return;
        listedTerms.set(picker, "");
        picker.on("results:all", ({ query }) => {
            listedTerms.set(picker, query.term || "");
            if (wantedTerms.get(picker) !== listedTerms.get(picker)) return;
            wantedTerms.delete(picker);
            setTimeout(() => picker.trigger("results:select", {}));
        });
    });
    const takeFirst = (event) => {
        const select = findOpenPicker();
        const term = select && getSearchField(select)?.value;
        if (!term) return;
        const picker = $(select).data("select2");
        if (listedTerms.get(picker) === term) {
            if (event.key === "Tab") picker.trigger("results:select", {});
            return;
        }
        event.preventDefault();
        event.stopImmediatePropagation();
        wantedTerms.set(picker, term);
    };

    document.addEventListener(
        "keydown",
        (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
            if (event.key === "Tab" || event.key === "Enter") return takeFirst(event);
            if (event.key.length !== 1 || event.key === " ") return;
            if (openPicker(event.target.closest?.(".select2-selection--single"), event.key)) event.preventDefault();
        },
        true,
    );

    // “address words” or the words on lines of their own: each address with its quote.
    const parseRows = (text) => {
        const rows = [];
        let before = "";
        for (const line of text.split(/\r?\n/)) {
            const address = ADDRESS.exec(line)?.[0] ?? "";
            const quote = line.replace(address, "").trim().replace(/^["“„«]+|["”“»]+$/g, "").trim();
            if (address) rows.push({ address, quote: quote || before });
            const isOfLast = !address && quote && rows.length && !rows.at(-1).quote;
            if (isOfLast) rows.at(-1).quote = quote;
            before = address || isOfLast ? "" : quote;
        }
        return rows;
    };
    const isFree = (select) => !select.value && !select.name.includes("__prefix__");
    const fillRow = (select, { address, quote }) => {
        $(select).append(new Option(address, `+${address}`, true, true)).trigger("change");
        const quoteField = document.querySelector(`[name="${select.name.replace(/source$/, "exact")}"]`);
        if (!quote || !quoteField) return;
        quoteField.value = quote;
        quoteField.dispatchEvent(new Event("input", { bubbles: true }));
    };

    // An address is stored and read at once: its title replaces it, the rest stands below.
    const getNote = (select) => {
        const note = select.parentElement.querySelector(".desk-pasted-note") || document.createElement("p");
        note.className = "desk-pasted-note desk-quiet";
        note.setAttribute("role", "status");
        note.dir = "auto";
        select.nextElementSibling.after(note);
        return note;
    };
    const readSource = async (select) => {
        const address = select.value.slice(1);
        const quoteField = document.querySelector(`[name="${select.name.replace(/source$/, "exact")}"]`);
        let currentValue = select.value;
        let source = "";
        for (const pause of [0, ...PAUSES]) {
            await new Promise((resolve) => setTimeout(resolve, pause * 1000));
            const body = new FormData();
            body.set("csrfmiddlewaretoken", select.form.elements.csrfmiddlewaretoken.value);
            body.set("address", address);
            body.set("exact", quoteField?.value ?? "");
            if (source) body.set("source", source);
            const answer = await fetch(select.dataset.pasted, { method: "POST", body }).catch(() => null);
            // Without an answer, the address is stored when the page is saved.
            if (!answer?.ok || select.value !== currentValue) return;
            const payload = await answer.json();
            if (select.value !== currentValue) return;
            const note = getNote(select);
            note.textContent = payload.note;
            if (!payload.source) return;
            source = currentValue = note.dataset.source = String(payload.source);
            [...select.selectedOptions].forEach((option) => option.remove());
            $(select).append(new Option(payload.title, currentValue, true, true)).trigger("change");
            if (!payload.is_waiting) return;
        }
    };
    $(document).on("change", "select[data-pasted]", ({ target }) => {
        const note = target.parentElement.querySelector(".desk-pasted-note");
        if (target.value.startsWith("+") && ADDRESS.test(target.value)) readSource(target);
        else if (note?.dataset.source !== target.value) note?.remove();
    });

    document.addEventListener("paste", (event) => {
        const selection = event.target.closest?.(".select2-selection--single");
        const select = selection?.closest(".select2-container").previousElementSibling ?? findOpenPicker();
        if (!select?.matches("[data-names]") || !(selection || event.target.matches(".select2-search__field"))) return;
        const text = event.clipboardData.getData("text/plain").trim();
        const group = select.closest("[data-inline-type]");
        const rows = select.name.endsWith("-source") && group ? parseRows(text) : [];
        if (rows.length) {
            event.preventDefault();
            $(select).select2("close");
            const selects = () => [...group.querySelectorAll('select[name$="-source"]')];
            fillRow(select, rows[0]);
            for (const row of rows.slice(1)) {
                if (!selects().some(isFree)) group.querySelector(".add-row a, a.add-row")?.click();
                const freeSelect = selects().find(isFree);
                if (freeSelect) fillRow(freeSelect, row);
            }
        } else if (selection) {
            event.preventDefault();
            openPicker(selection, text);
        }
    });
})();
