/* What stands in the fields of a form, and how it is put back: rows that were added to it, pickers, ticks. */
(() => {
    "use strict";

    const EXCLUDED_TYPES = ["hidden", "file", "submit", "button", "reset", "image", "password"];
    const ROW_NAME = /^(.+)-\d+-[^-]+$/;

    const getFields = (form) =>
        [...form.elements].filter(
            (field) =>
                field.name &&
                !field.readOnly &&
                !EXCLUDED_TYPES.includes(field.type) &&
                !["FIELDSET", "BUTTON", "OUTPUT"].includes(field.tagName) &&
                !field.name.includes("__prefix__") &&
                !field.name.startsWith("_"),
        );
    const isAutosaved = (form) =>
        form.method === "post" &&
        form.id !== "changelist-form" &&
        form.elements.csrfmiddlewaretoken !== undefined &&
        !form.querySelector("[type=password]") &&
        getFields(form).length > 0;

    const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
    const getValues = (form) => {
        const values = {};
        for (const field of getFields(form)) {
            if (isTicked(field)) {
                (values[field.name] ??= []).push(...(field.checked ? [field.value] : []));
            } else if (field.tagName === "SELECT") {
                values[field.name] = [...field.selectedOptions].map((option) => [option.value, option.text]);
            } else {
                values[field.name] = field.value;
            }
        }
        return values;
    };

    /* Rows: how many there are, how many of them were there before, and which those are. */
    const getRowCounters = (form, prefix) => {
        const rows = {};
        for (const end of ["TOTAL_FORMS", "INITIAL_FORMS"]) {
            const counter = form.elements[`${prefix}-${end}`];
            if (counter) rows[`${prefix}-${end}`] = counter.value;
        }
        for (let index = 0; index < (Number(rows[`${prefix}-INITIAL_FORMS`]) || 0); index++) {
            const name = `${prefix}-${index}-id`;
            if (form.elements[name]) rows[name] = form.elements[name].value;
        }
        return rows;
    };

    const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

    /* What differs from `before`, with what had stood there: `{values, started}`. A removed row counts as well. */
    const getChanges = (form, before) => {
        const now = getValues(form);
        const values = {};
        const started = {};
        const prefixes = new Set();
        for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
            if (isSame(now[name], before[name])) continue;
            if (name in now) values[name] = now[name];
            if (name in before) started[name] = before[name];
            const prefix = ROW_NAME.exec(name)?.[1];
            if (prefix && form.elements[`${prefix}-TOTAL_FORMS`]) prefixes.add(prefix);
        }
        for (const prefix of prefixes) Object.assign(values, getRowCounters(form, prefix));
        return { values, started };
    };

    const fillField = (field, value) => {
        if (isTicked(field)) {
            field.checked = Array.isArray(value) && value.includes(field.value);
        } else if (field.tagName === "SELECT") {
            const chosen = Array.isArray(value) ? value : [];
            for (const [key, text] of chosen) {
                if (![...field.options].some((option) => option.value === key)) field.add(new Option(text, key));
            }
            for (const option of field.options) option.selected = chosen.some(([key]) => key === option.value);
        } else {
            field.value = value;
        }
        field.dispatchEvent(new Event("change", { bubbles: true }));
    };

    /* As many rows as there were when the words were kept. */
    const growRows = (form, values) => {
        for (const [name, total] of Object.entries(values)) {
            if (!name.endsWith("-TOTAL_FORMS") || !form.elements[name]) continue;
            const prefix = name.slice(0, -"-TOTAL_FORMS".length);
            const add = document.querySelector(`#${CSS.escape(prefix)}-data .add-row`);
            for (let left = Number(total) - Number(form.elements[name].value); add && left > 0; left--) {
                add.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
            }
        }
    };

    const fillForm = (form, values) => {
        growRows(form, values);
        for (const field of getFields(form)) {
            if (!Object.hasOwn(values, field.name)) continue;
            fillField(field, values[field.name]);
            // Words are seen that are back; what is empty may stay folded.
            if (field.value && !isTicked(field)) field.closest("details")?.setAttribute("open", "");
        }
    };

    const isCounter = (name) => /-(TOTAL_FORMS|INITIAL_FORMS|id)$/.test(name);
    /* Whether everything that was kept stands in the form already. */
    const hasValues = (form, values) => {
        const now = getValues(form);
        return Object.entries(values).every(
            ([name, value]) => isCounter(name) || isSame(now[name], value),
        );
    };
    const getLabel = (form, name) =>
        form?.querySelector(`label[for="id_${CSS.escape(name)}"]`)?.textContent.trim() ||
        name.replace(/^.*-\d+-/, "").replaceAll("_", " ");
    /* The words that were typed, each with the name of its field. */
    const getTexts = (form, values) =>
        Object.entries(values)
            .filter(([name, value]) => typeof value === "string" && value.trim() && !isCounter(name))
            .map(([name, value]) => [getLabel(form, name), value]);

    /* unfold numbers the rows behind a removed one anew by writing their HTML again, which would empty their fields. */
    const restoreLaterRows = (event) => {
        const button = event.target.closest?.(".delete-template");
        const form = button?.closest("form");
        const set = button?.closest(".formset");
        const removed = button?.closest(".form-group");
        if (!form || !set || !removed) return;
        const rows = [...set.querySelectorAll(":scope > .form-group:not(.empty-form)")];
        const at = rows.indexOf(removed);
        const { prefix } = JSON.parse(set.dataset.inlineFormset).options;
        const before = getValues(form);
        setTimeout(() => {
            for (const row of rows.slice(at + 1)) {
                row.querySelectorAll(".select2-container").forEach((shown) => shown.remove());
                row.querySelectorAll(".select2-hidden-accessible").forEach((field) => {
                    field.classList.remove("select2-hidden-accessible");
                    field.removeAttribute("data-select2-id");
                });
                row.querySelector(":scope > .form-row")?.dispatchEvent(
                    new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: prefix } }),
                );
            }
            const moved = {};
            for (const [name, value] of Object.entries(before)) {
                if (!name.startsWith(`${prefix}-`)) continue;
                const [, index, rest] = /^(\d+)-(.+)$/.exec(name.slice(prefix.length + 1)) || [];
                if (Number(index) > at) moved[`${prefix}-${index - 1}-${rest}`] = value;
            }
            for (const field of getFields(form)) {
                if (Object.hasOwn(moved, field.name)) fillField(field, moved[field.name]);
            }
        });
    };
    document.addEventListener("click", restoreLaterRows, true);

    window.deskForms = { isAutosaved, getValues, getChanges, fillForm, hasValues, getTexts, isSame };
})();
