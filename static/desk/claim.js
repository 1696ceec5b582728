/* The one screen of a claim: what readers will see follows what is typed, what is missing follows with it, and the
   timeline turns its pages in place. Without this script everything is there but the preview. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);
    const DELAY = 500;

    /* What readers will see ------------------------------------------------------------------------------------------ */

    const startPreview = (box) => {
        const form = document.getElementById(box.dataset.form);
        const frame = box.querySelector("[data-preview-frame]");
        const container = frame.parentElement;
        const status = box.querySelector("[data-preview-status]");
        const unread = box.querySelector("[data-preview-unread]");
        const missing = document.querySelector("[data-missing]");
        if (!form) return;

        let width = 390;
        const fit = () => {
            const scale = Math.min(1, container.clientWidth / width);
            container.toggleAttribute("data-scaled", scale < 1);
            frame.style.width = `${width}px`;
            frame.style.height = `${container.clientHeight / scale}px`;
            frame.style.transform = scale < 1 ? `scale(${scale})` : "";
        };
        for (const button of box.querySelectorAll("[data-width]")) {
            button.addEventListener("click", () => {
                width = Number(button.dataset.width);
                box.querySelectorAll("[data-width]").forEach((each) => each.setAttribute("aria-pressed", each === button));
                fit();
            });
        }
        new ResizeObserver(fit).observe(container);

        // The reader's page loses its place when it is made anew: it is put back.
        let place = 0;
        frame.addEventListener("load", () => frame.contentWindow?.scrollTo(0, place));

        const makeItems = (items) =>
            items.map((text) => {
                const item = document.createElement("li");
                item.append(text);
                return item;
            });
        const showMissing = (items) => {
            if (!missing) return;
            missing.hidden = !items.length;
            missing.querySelector("ul").replaceChildren(
                ...makeItems(
                    items.map(([text, id]) => {
                        const link = document.createElement("a");
                        link.href = `#${id}`;
                        link.textContent = text;
                        return link;
                    }),
                ),
            );
        };

        let controller = null;
        const loadPreview = async () => {
            if (!box.open) return;
            controller?.abort();
            const current = (controller = new AbortController());
            const body = new FormData(form);
            const answer = await fetch(box.dataset.livePreview, { method: "POST", body, signal: current.signal });
            const kind = answer.headers.get("content-type") || "";
            const payload = kind.startsWith("application/json") ? await answer.json() : {};
            if (current.signal.aborted) return;
            if (!answer.ok) {
                status.textContent = payload.refusal || translate("The preview is not available.");
                return;
            }
            place = frame.contentWindow?.scrollY || 0;
            frame.srcdoc = payload.page; // made by the server from the readers' own templates; its scripts would not run
            status.textContent = translate("Not saved, not public");
            unread.hidden = !payload.unread.length;
            unread.replaceChildren(...makeItems(payload.unread));
            showMissing(payload.missing);
        };
        let timer = null;
        const schedulePreview = (delay = DELAY) => {
            clearTimeout(timer);
            timer = setTimeout(
                () =>
                    loadPreview().catch((failure) => {
                        if (failure.name !== "AbortError") status.textContent = translate("The preview is not available.");
                    }),
                delay,
            );
        };
        form.addEventListener("input", () => schedulePreview());
        form.addEventListener("change", () => schedulePreview());
        // What is being saved is not asked about any more.
        document.addEventListener(
            "submit",
            () => {
                clearTimeout(timer);
                controller?.abort();
            },
            true,
        );
        // Pickers of the admin tell jQuery alone what was chosen.
        window.django?.jQuery?.(form).on("select2:select select2:unselect", () => schedulePreview());
        box.addEventListener("toggle", () => schedulePreview(0));
        fit();
        schedulePreview(0);
    };

    /* A link to a field goes to it -------------------------------------------------------------------------------------- */

    const goTo = (id) => {
        const target = id && document.getElementById(id);
        if (!target) return false;
        for (let fold = target.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) {
            fold.open = true;
        }
        // What a picker stands for is behind it.
        const control = target.matches(".select2-hidden-accessible")
            ? target.nextElementSibling?.querySelector("[role=combobox]")
            : target.matches("input, textarea, select, button, a, [tabindex]")
              ? target
              : target.querySelector("input:not([type=hidden]), textarea, select, [role=combobox], a, button") || target;
        control.focus();
        control.scrollIntoView({ block: "center" });
        return true;
    };

    /* Pages of the timeline ------------------------------------------------------------------------------------------ */

    let turnCount = 0;
    const showTimelinePage = async (link) => {
        const current = ++turnCount;
        const answer = await fetch(link.href);
        const timeline = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("timeline");
        if (current !== turnCount) return; // the person has chosen another page meanwhile
        if (!timeline) {
            location.assign(link.href);
            return;
        }
        document.getElementById("timeline").replaceWith(timeline);
        window.deskKeys?.read(timeline.parentElement);
        timeline.focus();
    };

    document.addEventListener("click", (event) => {
        // The note follows the kind of a correction. Arrow keys, which also choose it, count no click.
        const { form, name } = event.target;
        if (event.detail && name?.endsWith("-correction_kind")) form.elements[name.replace(/kind$/, "note")].focus();
        const link = event.target.closest?.("a[href]");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        if (link.closest("[data-missing], .desk-savebar") && link.hash && goTo(link.hash.slice(1))) event.preventDefault();
        if (link.closest("#timeline nav")) {
            event.preventDefault();
            showTimelinePage(link).catch(() => location.assign(link.href));
        }
    });
    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("[data-live-preview]").forEach(startPreview);
        if (location.hash) goTo(location.hash.slice(1));
    });
})();
