/* Autosave: unsaved text survives sessions that end, closed pages, crashed browsers and servers that are away. Only its
   author sees it. It covers every POST form with a CSRF field; scripts that send a form call `deskForms.markSaved`. */
(() => {
    "use strict";

    const SIGN_IN_WINDOW = "desk-sign-in";
    const SUBMISSION_KEY = "desk-submission";
    const translate = (text) => (window.gettext ? gettext(text) : text);
    const { isAutosaved, getValues, getChanges, fillForm, hasValues, getTexts } = window.deskForms;
    const { getPerson, attempt, store, closeDrafts, stopSending, loadDrafts, createWriter } = window.deskAutosave;
    const connection = window.deskConnection;

    const getFormName = (form) => form.id || form.getAttribute("action") || "form";
    const getVersion = (form) => form.elements._version?.value || "";
    // Something that was sent was refused: by the form itself, whose fields then hold it, or on the way to this page.
    const isRefused = (within = document) => within.querySelector(".errornote, .errorlist") !== null;
    const createElement = (tag, properties = {}, ...children) => {
        const element = Object.assign(document.createElement(tag), properties);
        element.append(...children);
        return element;
    };
    const makeButton = (text, onclick, main = false) =>
        createElement("button", {
            type: "button",
            className: main ? "desk-button desk-button-main" : "desk-button",
            textContent: text,
            onclick,
        });

    /* What the open page writes under its own name. `before`: the initial values; `adopted`: the other writers whose text
       the form contains, with their last sequence numbers; `coveredWriters`: those whose text this draft contains. */
    const startWriting = (before, adopted = []) => ({
        writer: createWriter(),
        sequence: 0,
        before,
        adopted: new Map(adopted),
        coveredWriters: new Set(),
    });
    const beginWriting = (form) => {
        if (!form.deskWriting) {
            const writerFields = [...form.querySelectorAll("[name=_autosave]")].map((field) => field.value.split(":"));
            form.deskWriting = startWriting(getValues(form), writerFields.map(([writer, sequence]) => [writer, Number(sequence)]));
        }
        return form.deskWriting;
    };

    const buildRecord = (form) => {
        const { writer, sequence, before, adopted, coveredWriters } = form.deskWriting;
        return {
            writer,
            sequence,
            page: location.pathname,
            form: getFormName(form),
            version: getVersion(form),
            ...getChanges(form, before),
            replaces: Object.fromEntries([...adopted].filter(([each]) => coveredWriters.has(each))),
            at: Date.now(),
        };
    };

    let isOver = false;
    const autosaveForm = (form) => {
        if (isOver) return;
        const writing = beginWriting(form);
        const changes = getChanges(form, writing.before);
        const content = JSON.stringify(changes.values);
        if (content === (writing.content ?? "{}")) return;
        writing.content = content;
        writing.sequence += 1;
        if (content !== "{}") return store(buildRecord(form));
        // Everything was taken back by hand.
        const endedRecords = [buildRecord(form), ...listAdopted(form)];
        form.deskWriting = startWriting(writing.before);
        closeDrafts(endedRecords);
    };
    const listAdopted = (form) =>
        [...form.deskWriting.adopted].map(([writer, sequence]) => ({
            writer,
            sequence,
            page: location.pathname,
            form: getFormName(form),
        }));

    /* Restoring ----------------------------------------------------------------------------------------------------- */

    const formatTime = (draft) => new Date(draft.at).toLocaleString(document.documentElement.lang || undefined);

    const buildTextBoxes = (form, draft) =>
        getTexts(form, draft.values).map(([name, value]) =>
            createElement(
                "label",
                {},
                name,
                createElement("textarea", { readOnly: true, className: "desk-input", rows: 4, value, dir: "auto" }),
            ),
        );

    const discard = (drafts) => async () => {
        isOver = true;
        stopSending();
        await closeDrafts(drafts);
        location.reload();
    };

    /* One of several: what was written in another tab, browser or at another time. */
    const buildOffer = (form, draft, isHere) => {
        const box = createElement("details", { className: "desk-fold" });
        box.append(createElement("summary", { textContent: `${translate("Also saved, but not restored to the fields")} (${formatTime(draft)})` }));
        box.append(...buildTextBoxes(form, draft));
        const line = createElement("p", { className: "desk-line" });
        if (isHere) {
            line.append(
                makeButton(translate("Restore this text"), () => {
                    // What stands there now remains under its own name.
                    form.deskWriting = startWriting(beginWriting(form).before);
                    adoptDraft(form, draft);
                    box.remove();
                }),
            );
        }
        line.append(makeButton(translate("Discard this text"), async () => {
            await closeDrafts([draft]);
            box.remove();
        }));
        box.append(line);
        return box;
    };

    const adoptDraft = (form, draft) => {
        const writing = beginWriting(form);
        const isBound = isRefused(form);
        if (isBound) writing.before = { ...writing.before, ...draft.started };
        fillForm(form, draft.values);
        writing.adopted.set(draft.writer, draft.sequence);
        if (!isBound || draft.started) writing.coveredWriters.add(draft.writer);
        autosaveForm(form);
    };

    /* Load the page again with both versions. */
    const showBothVersions = (form, draft) => {
        const mergeForm = createElement("form", { method: "post", action: location.pathname, hidden: true });
        const add = (name, value) => mergeForm.append(createElement("input", { type: "hidden", name, value }));
        add("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        add("_autosave", `${draft.writer}:${draft.sequence}`);
        add("_restore_autosave", "1");
        document.body.append(mergeForm);
        mergeForm.submit();
    };

    const showNotice = (form, newest, others, isStale) => {
        const message = createElement("p", {
            textContent: isStale
                ? translate("The page was changed since you edited it. Your text is stored.")
                : translate("Your unsaved text has been restored. Check it, then save."),
        });
        message.setAttribute("role", "status");
        message.append(` (${formatTime(newest)})`);
        const box = createElement("section", { className: "desk-panel desk-autosave" }, message);
        box.setAttribute("aria-label", translate("Saved text"));
        const line = createElement("p", { className: "desk-line" });
        if (isStale && form.elements._version) {
            line.append(makeButton(translate("Combine both"), () => showBothVersions(form, newest), true));
        }
        line.append(makeButton(translate("Discard the saved text"), () => discard([newest, buildRecord(form)])()));
        box.append(line);
        if (isStale) {
            const fold = createElement("details", { className: "desk-fold" }, createElement("summary", { textContent: translate("Your text") }));
            fold.open = !form.elements._version;
            fold.append(...buildTextBoxes(form, newest));
            box.append(fold);
        }
        box.append(...others.map((draft) => buildOffer(form, draft, draft.version === getVersion(form))));
        form.closest("details")?.setAttribute("open", "");
        form.before(box);
        return box;
    };

    const restoreForm = (form, drafts) => {
        const writing = beginWriting(form);
        const isTouched = JSON.stringify(getValues(form)) !== JSON.stringify(writing.before);
        const unsaved = [];
        for (const draft of drafts) {
            if (draft.writer === writing.writer) continue;
            // The server has put both versions together, from these words.
            if (writing.adopted.has(draft.writer) && form.elements._merge) continue;
            if (!hasValues(form, draft.values)) unsaved.push(draft);
            else if (isRefused() || writing.adopted.has(draft.writer)) adoptDraft(form, draft);
            // What stands on the page already was saved, here or elsewhere.
            else if (!isTouched) closeDrafts([draft]);
        }
        if (!unsaved.length) return;
        const [newest, ...others] = unsaved;
        const isStale = newest.version !== getVersion(form);
        if (isTouched || isRefused(form)) {
            const box = createElement("section", { className: "desk-panel desk-autosave" });
            box.setAttribute("aria-label", translate("Saved text"));
            box.append(...unsaved.map((draft) => buildOffer(form, draft, draft.version === getVersion(form))));
            form.before(box);
            return;
        }
        if (!isStale) adoptDraft(form, newest);
        showNotice(form, newest, others, isStale);
    };

    /* Drafts of forms that the page no longer has. */
    const showDraftsWithoutForm = (drafts) => {
        if (!drafts.length || isRefused()) return;
        const box = createElement("section", { className: "desk-panel desk-autosave" });
        box.setAttribute("aria-label", translate("Saved text"));
        box.append(
            createElement("p", { textContent: translate("You edited this page, but it can no longer be saved here. Your text is below.") }),
            ...drafts.map((draft) => buildOffer(null, draft, false)),
        );
        box.querySelectorAll("details").forEach((part) => (part.open = true));
        document.querySelector("#content-main, #content")?.prepend(box);
    };

    /* Sending ---------------------------------------------------------------------------------------------------------- */

    // What was saved leads on to another page, of which nothing says that it was refused. Mostly the server has given it
    // up by then, in the transaction that saved it; this is for forms of which it does not know.
    const closeSentDrafts = () => {
        const submission = attempt(() => JSON.parse(sessionStorage.getItem(SUBMISSION_KEY)));
        if (submission?.person !== getPerson()) return;
        const wasLedOn = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
        // The answer itself: the form again, or a question before anything is done, after which it goes on.
        if (!wasLedOn && location.pathname === submission.action) return;
        attempt(() => sessionStorage.removeItem(SUBMISSION_KEY));
        const from = document.referrer && new URL(document.referrer);
        const isAnswer = from && from.origin === location.origin && from.pathname.startsWith("/admin/");
        if (wasLedOn && isAnswer && !isRefused()) return closeDrafts(submission.drafts);
    };

    /* A form that a script sends itself was stored: what is written on it from now on is new. */
    const markSaved = (form) => {
        if (!form.deskWriting) return;
        closeDrafts([buildRecord(form), ...listAdopted(form)]);
        form.deskWriting = null;
        beginWriting(form);
    };

    const submitForm = (form, submitter, token) => {
        form.elements.csrfmiddlewaretoken.value = token || form.elements.csrfmiddlewaretoken.value;
        autosaveForm(form);
        stopSending();
        const records = [buildRecord(form), ...listAdopted(form)];
        form.querySelectorAll("[name=_autosave]").forEach((field) => field.remove());
        for (const { writer, sequence } of records) {
            form.append(createElement("input", { type: "hidden", name: "_autosave", value: `${writer}:${sequence}` }));
        }
        const drafts = records.map(({ writer, sequence, page, form: name }) => ({ writer, sequence, page, form: name }));
        const action = new URL(submitter?.getAttribute("formaction") || form.getAttribute("action") || "", location.href).pathname;
        attempt(() => sessionStorage.setItem(SUBMISSION_KEY, JSON.stringify({ person: getPerson(), action, drafts })));
        form.deskIsSending = true;
        form.requestSubmit(submitter || undefined);
        form.deskIsSending = false;
    };

    /* Signing in, without leaving the page -------------------------------------------------------------------------- */

    const signInAndSend = (form, submitter) => {
        const message = createElement("p", {
            id: "desk-dialog-message",
            textContent: translate("You are no longer signed in. Sign in to save your text; it stays on this page."),
        });
        const dialog = createElement("dialog", { className: "desk-dialog" }, message);
        dialog.setAttribute("aria-labelledby", "desk-dialog-message");
        const buttons = createElement("p", { className: "desk-line" });
        buttons.append(
            makeButton(
                translate("Sign in"),
                () => window.open("/accounts/login/?next=/admin/", SIGN_IN_WINDOW, "popup,width=520,height=720"),
                true,
            ),
            makeButton(translate("Continue writing"), () => dialog.close()),
        );
        dialog.append(buttons);
        document.body.append(dialog);
        const timer = setInterval(async () => {
            const session = await connection.fetchSession().catch(() => null);
            if (!dialog.open || !session?.person) return;
            if (String(session.person) === getPerson()) {
                dialog.close();
                submitForm(form, submitter, session.token);
            } else {
                message.textContent = translate("Another user has signed in. Your text is stored for you; sign in yourself to save it.");
            }
        }, 1000);
        dialog.addEventListener("close", () => {
            clearInterval(timer);
            dialog.remove();
        });
        dialog.showModal();
    };

    const handleSubmit = (event) => {
        const form = event.target;
        if (!(form instanceof HTMLFormElement) || !isAutosaved(form) || form.deskIsSending || !getPerson()) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (form.deskIsChecking) return;
        form.deskIsChecking = true;
        autosaveForm(form);
        const { submitter } = event;
        connection
            .fetchSession()
            .then((session) => {
                if (String(session.person) === getPerson()) submitForm(form, submitter, session.token);
                else signInAndSend(form, submitter);
            })
            .catch(() => {
                connection.show(translate("Not saved: the server does not answer. Your text is stored on this computer; save again when you are connected."), "unsaved");
                window.deskAutosave.sendWaiting();
            })
            .finally(() => (form.deskIsChecking = false));
    };

    const start = async () => {
        if (window.name === SIGN_IN_WINDOW && window.opener) window.close();
        if (!getPerson()) return;
        window.deskAutosave.removeOld();
        const forms = [...document.querySelectorAll("form")].filter(isAutosaved);
        forms.forEach(beginWriting);
        let changedForm = null;
        const autosaveNow = () => {
            if (changedForm) autosaveForm(changedForm);
            changedForm = null;
        };
        let timer;
        const handleChange = (event) => {
            const { form } = event.target;
            if (!form || !isAutosaved(form)) return;
            if (changedForm !== form) autosaveNow();
            changedForm = form;
            clearTimeout(timer);
            timer = setTimeout(autosaveNow, 200);
        };
        document.addEventListener("input", handleChange);
        document.addEventListener("change", handleChange);
        // A picker reports its choice to jQuery only.
        window.django?.jQuery?.(document).on("change", "select", handleChange);
        // A form that a script added to the page later starts from its values when it first gets the focus.
        document.addEventListener("focusin", ({ target }) => target.form && isAutosaved(target.form) && beginWriting(target.form));
        window.addEventListener("desk-autosave-closed", ({ detail }) => {
            for (const form of document.forms) {
                if (form.deskWriting?.writer !== detail) continue;
                // Another tab has taken these words over: they go on under a name of their own.
                form.deskWriting = startWriting(form.deskWriting.before);
                autosaveForm(form);
            }
        });
        window.addEventListener("pagehide", () => {
            autosaveNow();
            window.deskAutosave.sendOnLeaving();
        });
        await closeSentDrafts();
        if (!forms.length && !document.body.classList.contains("change-form")) return;
        const unsaved = await loadDrafts(location.pathname);
        const names = new Set(forms.map(getFormName));
        for (const form of forms) restoreForm(form, unsaved.filter((draft) => draft.form === getFormName(form)));
        showDraftsWithoutForm(unsaved.filter((draft) => !names.has(draft.form)));
    };

    /* Whether something stands on the page that is not saved. */
    const hasUnsavedText = () => [...document.forms].some((form) => (form.deskWriting?.content ?? "{}") !== "{}");

    Object.assign(window.deskForms, { markSaved, hasUnsavedText });
    document.addEventListener("submit", handleSubmit, true);
    document.addEventListener("DOMContentLoaded", start);
})();
