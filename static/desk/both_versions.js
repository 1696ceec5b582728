/* Two versions of a page: whichever is taken is put into its field at once, and editing the field makes it one's own.
   Without this the server does the same when the page is sent. */
(() => {
    "use strict";

    const fillFields = (form, { names, ...sides }, side) => {
        const value = sides[side];
        names.forEach((name, index) => {
            const fields = [...form.elements].filter((field) => field.name === name);
            for (const field of fields) {
                if (field.type === "checkbox" || field.type === "radio") {
                    field.checked = value.some(([key]) => key === field.value);
                } else if (field.tagName === "SELECT") {
                    for (const [key, text] of value) {
                        if (![...field.options].some((option) => option.value === key)) field.add(new Option(text, key));
                    }
                    for (const option of field.options) option.selected = value.some(([key]) => key === option.value);
                } else {
                    field.value = value[index]?.[0] ?? "";
                }
                field.dispatchEvent(new Event("change", { bubbles: true }));
            }
        });
    };

    document.querySelectorAll(".desk-both-choice[data-sides]").forEach((choice) => {
        const { form } = choice;
        const sides = JSON.parse(choice.dataset.sides);
        let isFilling = false;
        choice.addEventListener("change", (event) => {
            isFilling = true;
            fillFields(form, sides, event.target.value);
            isFilling = false;
        });
        const chooseMine = (event) => {
            if (isFilling || !sides.names.includes(event.target.name)) return;
            choice.querySelector("[value=mine]").checked = true;
        };
        form.addEventListener("input", chooseMine);
        form.addEventListener("change", chooseMine);
    });
    // Unless something else of the page has told already that it was not saved.
    if (document.activeElement === document.body) document.getElementById("desk-both-title")?.focus();
})();
