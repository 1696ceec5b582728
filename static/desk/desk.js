/* The editors' desk: a second click on a move does nothing, what is similar to a statement shows while it is typed,
   what was not accepted is read out first, and the page of an import shows how far it is. */
(() => {
    "use strict";

    // The catalogue of translations is not on every page.
    const translate = (text) => (window.gettext ? gettext(text) : text);

    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (event.defaultPrevented || form.method !== "post") return;
        if (form.classList.contains("desk-busy")) {
            event.preventDefault();
            return;
        }
        form.classList.add("desk-busy");
        // The person may have chosen to stay because of unsaved words.
        setTimeout(() => form.classList.remove("desk-busy"), 4000);
    });
    // A page that the browser brings back from its memory is ready to be used again.
    window.addEventListener("pageshow", () => {
        document.querySelectorAll(".desk-busy").forEach((form) => form.classList.remove("desk-busy"));
    });

    // What says the same as a statement is shown beneath it while it is typed.
    const showSimilar = (field) => {
        const box = document.createElement("div");
        box.className = "desk-similar-results";
        box.setAttribute("role", "status");
        field.after(box);
        let timer = null;
        let controller = null;
        const load = async () => {
            controller?.abort();
            controller = new AbortController();
            const body = new FormData();
            body.set("statement", field.value);
            body.set("claim", field.dataset.similarTo);
            body.set("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken.value);
            const answer = await fetch(field.dataset.similar, { method: "POST", body, signal: controller.signal });
            // Empty where nothing is similar, so that no box is drawn.
            box.innerHTML = answer.ok ? (await answer.text()).trim() : ""; // made by the server, which escapes what it shows
        };
        field.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(() => load().catch(() => {}), 400);
        });
        // The search opens the form of a new claim with the words that were searched for.
        if (field.value.trim() && !field.dataset.similarTo) load().catch(() => {});
    };

    // The last of these samples is from now, the first from ten seconds ago: between them lies the present speed.
    const SAMPLES = 10;
    const followProgress = (box) => {
        const samples = [box.dataset.progressSample];
        const bar = box.querySelector("progress");
        const load = async () => {
            if (document.hidden) return;
            const answer = await fetch(`${box.dataset.progressUrl}?since=${encodeURIComponent(samples[0])}`);
            if (!answer.ok) return;
            const now = await answer.json();
            if (!now.is_moving || now.state !== box.dataset.progressState) {
                clearInterval(timer);
                location.reload(); // what it has come to is a page of its own
                return;
            }
            samples.push(now.sample);
            if (samples.length > SAMPLES) samples.shift();
            if (now.percent !== null) bar.value = now.percent;
            box.querySelectorAll("[data-progress]").forEach((field) => {
                field.textContent = now[field.dataset.progress];
            });
        };
        const timer = setInterval(() => load().catch(() => {}), 1000);
    };

    // What libraries draw has no names of its own: pickers get those of the fields they stand for.
    const getName = (select) =>
        document.querySelector(`label[for="${CSS.escape(select.id)}"]`)?.textContent.replace("*", "").trim() ||
        select.getAttribute("aria-label") ||
        select.dataset.placeholder ||
        select.name;
    const namePickers = () => {
        document.querySelectorAll("select.select2-hidden-accessible + .select2-container").forEach((picker) => {
            const name = getName(picker.previousElementSibling);
            picker.querySelectorAll("[role=combobox], [role=textbox], [type=search]").forEach((part) => {
                if (part.getAttribute("aria-label") !== name) part.setAttribute("aria-label", name);
                part.removeAttribute("aria-labelledby");
            });
            // Its list of what was chosen holds the search as well, which no list may.
            picker.querySelectorAll("ul").forEach((list) => list.setAttribute("role", "group"));
            picker.querySelectorAll("ul > li").forEach((item) => item.setAttribute("role", "presentation"));
        });
        document.querySelectorAll(".select2-search__field:not([aria-label])").forEach((field) => {
            field.setAttribute("aria-label", translate("Search"));
        });
    };
    // Two regions that scroll are told apart by their names.
    const nameRegions = () => {
        document.querySelectorAll("[data-simplebar]").forEach((region) => {
            region.dataset.simplebarAriaLabel = region.closest("nav") ? translate("Menu") : translate("List");
        });
    };

    // The calendar of date fields begins its weeks and writes its days as the person does.
    const adjustCalendar = () => {
        const field = document.querySelector("input[data-first-weekday]");
        if (!field || !window.CalendarNamespace) return;
        const { firstWeekday, dateFormat } = field.dataset;
        window.CalendarNamespace.firstDayOfWeek = Number(firstWeekday);
        const formats = window.get_format;
        if (dateFormat) window.get_format = (name) => (name === "DATE_INPUT_FORMATS" ? [dateFormat] : formats(name));
    };

    // A date of numbers is shown in words too: 3/11/2026 is read as each person writes it.
    document.addEventListener("change", ({ target }) => {
        if (!target.matches?.("input[data-day-first]")) return;
        const match = /^\s*(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?(\d{4})\s*$/.exec(target.value);
        const box = target.parentElement.querySelector(".desk-day-read");
        box?.remove();
        if (!match) return;
        const [one, two, year] = match.slice(1).map(Number);
        const hasFullStops = target.value.includes(".");
        // Without a known habit such a date is refused when it is saved.
        if (target.dataset.dayFirst === "none" && !hasFullStops && one !== two && Math.max(one, two) <= 12) return;
        const isDayFirst = hasFullStops || one > 12 || (target.dataset.dayFirst === "true" && two <= 12);
        const [number, month] = isDayFirst ? [one, two] : [two, one];
        const day = new Date(Date.UTC(year, month - 1, number));
        if (day.getUTCDate() !== number || day.getUTCMonth() !== month - 1) return; // there is no such day
        const element = document.createElement("span");
        element.className = "desk-quiet desk-day-read";
        element.setAttribute("role", "status");
        const language = document.documentElement.lang;
        element.textContent = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(day);
        target.after(element);
    });

    // What a picker stands for is hidden: a link to the field leads to the picker.
    const focusField = (event) => {
        const field = document.getElementById(decodeURIComponent(event.currentTarget.hash.slice(1)));
        const picker = field?.nextElementSibling?.querySelector?.(".select2-selection, .select2-search__field");
        const control = field?.matches("input, select, textarea") ? picker || field : field?.querySelector("input");
        if (!control) return;
        event.preventDefault();
        control.focus();
        control.scrollIntoView({ block: "center" });
    };
    const focusErrors = () => {
        const note = document.querySelector(".desk-errors");
        note?.querySelectorAll("a").forEach((link) => link.addEventListener("click", focusField));
        note?.focus();
    };

    document.addEventListener("DOMContentLoaded", () => {
        focusErrors();
        adjustCalendar();
        nameRegions();
        new MutationObserver(namePickers).observe(document.body, { childList: true, subtree: true });
        namePickers();
        document.querySelectorAll("textarea[data-similar]").forEach(showSimilar);
        document.querySelectorAll("[data-progress-url]").forEach(followProgress);
    });
})();
