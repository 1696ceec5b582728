/* What somebody writes on a form is kept until it is saved: a session that ends, a page that is closed, a browser that
   dies or a server that is away costs no words. It belongs to the person who wrote it; nobody else is shown it.
   Any form sent by POST takes part that has a CSRF field; one that a script sends by itself calls `deskForms.sent`. */
(() => {
    "use strict";

    const SIGN_IN_WINDOW = "desk-sign-in";
    const SENT = "desk-sent";
    const say = (words) => (window.gettext ? gettext(words) : words);
    const { isKept, valuesOf, changesOf, fillForm, holds, wordsOf } = window.deskForms;
    const { person, attempt, keep, close, stopSending, unsavedHere, newWriter } = window.deskKept;
    const connection = window.deskConnection;

    const formName = (form) => form.id || form.getAttribute("action") || "form";
    const versionOf = (form) => form.elements._version?.value || "";
    // Something that was sent was refused: by the form itself, whose fields then hold it, or on the way to this page.
    const isRefused = (within = document) => within.querySelector(".errornote, .errorlist") !== null;
    const made = (tag, properties = {}, ...children) => {
        const element = Object.assign(document.createElement(tag), properties);
        element.append(...children);
        return element;
    };
    const button = (words, work, main = false) =>
        made("button", {
            type: "button",
            className: main ? "desk-button desk-button-main" : "desk-button",
            textContent: words,
            onclick: work,
        });

    /* What a page writes under. `before` is what stood in the form when its person began; `taken` whose words stand in it
       as well, each with the last change of theirs; `covered` which of these are in what is kept now. */
    const anew = (before, taken = []) => ({ writer: newWriter(), sequence: 0, before, taken: new Map(taken), covered: new Set() });
    const begin = (form) => {
        if (!form.deskWriting) {
            const held = [...form.querySelectorAll("[name=_kept]")].map((field) => field.value.split(":"));
            form.deskWriting = anew(valuesOf(form), held.map(([writer, sequence]) => [writer, Number(sequence)]));
        }
        return form.deskWriting;
    };

    const record = (form) => {
        const { writer, sequence, before, taken, covered } = form.deskWriting;
        return {
            writer,
            sequence,
            page: location.pathname,
            form: formName(form),
            version: versionOf(form),
            ...changesOf(form, before),
            replaces: Object.fromEntries([...taken].filter(([each]) => covered.has(each))),
            at: Date.now(),
        };
    };

    let isOver = false;
    const keepForm = (form) => {
        if (isOver) return;
        const writing = begin(form);
        const changes = changesOf(form, writing.before);
        const words = JSON.stringify(changes.values);
        if (words === (writing.words ?? "{}")) return;
        writing.words = words;
        writing.sequence += 1;
        if (words !== "{}") return keep(record(form));
        // Everything was taken back by hand.
        const ended = [record(form), ...takenBy(form)];
        form.deskWriting = anew(writing.before);
        close(ended);
    };
    const takenBy = (form) =>
        [...form.deskWriting.taken].map(([writer, sequence]) => ({
            writer,
            sequence,
            page: location.pathname,
            form: formName(form),
        }));

    /* Given back ---------------------------------------------------------------------------------------------------- */

    const whenOf = (kept) => new Date(kept.at).toLocaleString(document.documentElement.lang || undefined);

    const wordsBoxes = (form, kept) =>
        wordsOf(form, kept.values).map(([name, value]) =>
            made(
                "label",
                {},
                name,
                made("textarea", { readOnly: true, className: "desk-input", rows: 4, value, dir: "auto" }),
            ),
        );

    const discard = (all) => async () => {
        isOver = true;
        stopSending();
        await close(all);
        location.reload();
    };

    /* One of several: what was written in another tab, browser or at another time. */
    const offer = (form, kept, isHere) => {
        const box = made("details", { className: "desk-fold" });
        box.append(made("summary", { textContent: `${say("Also saved, but not restored to the fields")} (${whenOf(kept)})` }));
        box.append(...wordsBoxes(form, kept));
        const line = made("p", { className: "desk-line" });
        if (isHere) {
            line.append(
                button(say("Restore this text"), () => {
                    // What stands there now remains under its own name.
                    form.deskWriting = anew(begin(form).before);
                    takeOver(form, kept);
                    box.remove();
                }),
            );
        }
        line.append(button(say("Discard this text"), async () => {
            await close([kept]);
            box.remove();
        }));
        box.append(line);
        return box;
    };

    const takeOver = (form, kept) => {
        const writing = begin(form);
        const isBound = isRefused(form);
        if (isBound) writing.before = { ...writing.before, ...kept.started };
        fillForm(form, kept.values);
        writing.taken.set(kept.writer, kept.sequence);
        if (!isBound || kept.started) writing.covered.add(kept.writer);
        keepForm(form);
    };

    /* The page is made anew by the server, with what both sides wrote. */
    const compare = (form, kept) => {
        const asked = made("form", { method: "post", action: location.pathname, hidden: true });
        const add = (name, value) => asked.append(made("input", { type: "hidden", name, value }));
        add("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        add("_kept", `${kept.writer}:${kept.sequence}`);
        add("_continue_kept", "1");
        document.body.append(asked);
        asked.submit();
    };

    const notice = (form, newest, others, isStale) => {
        const message = made("p", {
            textContent: isStale
                ? say("The page was changed since you edited it. Your text is stored.")
                : say("Your unsaved text has been restored. Check it, then save."),
        });
        message.setAttribute("role", "status");
        message.append(` (${whenOf(newest)})`);
        const box = made("section", { className: "desk-panel desk-kept" }, message);
        box.setAttribute("aria-label", say("Saved text"));
        const line = made("p", { className: "desk-line" });
        if (isStale && form.elements._version) {
            line.append(button(say("Combine both"), () => compare(form, newest), true));
        }
        line.append(button(say("Discard the saved text"), () => discard([newest, record(form)])()));
        box.append(line);
        if (isStale) {
            const fold = made("details", { className: "desk-fold" }, made("summary", { textContent: say("Your text") }));
            fold.open = !form.elements._version;
            fold.append(...wordsBoxes(form, newest));
            box.append(fold);
        }
        box.append(...others.map((kept) => offer(form, kept, kept.version === versionOf(form))));
        form.closest("details")?.setAttribute("open", "");
        form.before(box);
        return box;
    };

    const giveBack = (form, all) => {
        const writing = begin(form);
        const isTouched = JSON.stringify(valuesOf(form)) !== JSON.stringify(writing.before);
        const unsaved = [];
        for (const kept of all) {
            if (kept.writer === writing.writer) continue;
            // The server has put both versions together, from these words.
            if (writing.taken.has(kept.writer) && form.elements._merge) continue;
            if (!holds(form, kept.values)) unsaved.push(kept);
            else if (isRefused() || writing.taken.has(kept.writer)) takeOver(form, kept);
            // What stands on the page already was saved, here or elsewhere.
            else if (!isTouched) close([kept]);
        }
        if (!unsaved.length) return;
        const [newest, ...others] = unsaved;
        const isStale = newest.version !== versionOf(form);
        if (isTouched || isRefused(form)) {
            const box = made("section", { className: "desk-panel desk-kept" });
            box.setAttribute("aria-label", say("Saved text"));
            box.append(...unsaved.map((kept) => offer(form, kept, kept.version === versionOf(form))));
            form.before(box);
            return;
        }
        if (!isStale) takeOver(form, newest);
        notice(form, newest, others, isStale);
    };

    /* Words of forms that the page does not have any more: it moved on, or they are for others now. */
    const withoutPlace = (all) => {
        if (!all.length || isRefused()) return;
        const box = made("section", { className: "desk-panel desk-kept" });
        box.setAttribute("aria-label", say("Saved text"));
        box.append(
            made("p", { textContent: say("You edited this page, but it can no longer be saved here. Your text is below.") }),
            ...all.map((kept) => offer(null, kept, false)),
        );
        box.querySelectorAll("details").forEach((part) => (part.open = true));
        document.querySelector("#content-main, #content")?.prepend(box);
    };

    /* Sent ---------------------------------------------------------------------------------------------------------- */

    // What was saved leads on to another page, of which nothing says that it was refused. Mostly the server has given it
    // up by then, in the transaction that saved it; this is for forms of which it does not know.
    const settle = () => {
        const sent = attempt(() => JSON.parse(sessionStorage.getItem(SENT)));
        if (sent?.person !== person()) return;
        const wasLedOn = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
        // The answer itself: the form again, or a question before anything is done, after which it goes on.
        if (!wasLedOn && location.pathname === sent.action) return;
        attempt(() => sessionStorage.removeItem(SENT));
        const from = document.referrer && new URL(document.referrer);
        const isAnswer = from && from.origin === location.origin && from.pathname.startsWith("/admin/");
        if (wasLedOn && isAnswer && !isRefused()) return close(sent.closing);
    };

    /* A form that a script sends itself was stored: what is written on it from now on is new. */
    const sent = (form) => {
        if (!form.deskWriting) return;
        close([record(form), ...takenBy(form)]);
        form.deskWriting = null;
        begin(form);
    };

    const send = (form, submitter, token) => {
        form.elements.csrfmiddlewaretoken.value = token || form.elements.csrfmiddlewaretoken.value;
        keepForm(form);
        stopSending();
        const closing = [record(form), ...takenBy(form)];
        form.querySelectorAll("[name=_kept]").forEach((field) => field.remove());
        for (const { writer, sequence } of closing) {
            form.append(made("input", { type: "hidden", name: "_kept", value: `${writer}:${sequence}` }));
        }
        const known = closing.map(({ writer, sequence, page, form: name }) => ({ writer, sequence, page, form: name }));
        const action = new URL(submitter?.getAttribute("formaction") || form.getAttribute("action") || "", location.href).pathname;
        attempt(() => sessionStorage.setItem(SENT, JSON.stringify({ person: person(), action, closing: known })));
        form.deskMaySend = true;
        form.requestSubmit(submitter || undefined);
        form.deskMaySend = false;
    };

    /* Signing in, without leaving the page -------------------------------------------------------------------------- */

    const signInAndSend = (form, submitter) => {
        const notice = made("p", {
            id: "desk-dialog-told",
            textContent: say("You are no longer signed in. Sign in to save your text; it stays on this page."),
        });
        const dialog = made("dialog", { className: "desk-dialog" }, notice);
        dialog.setAttribute("aria-labelledby", "desk-dialog-told");
        const buttons = made("p", { className: "desk-line" });
        buttons.append(
            button(
                say("Sign in"),
                () => window.open("/accounts/login/?next=/admin/", SIGN_IN_WINDOW, "popup,width=520,height=720"),
                true,
            ),
            button(say("Continue writing"), () => dialog.close()),
        );
        dialog.append(buttons);
        document.body.append(dialog);
        const timer = setInterval(async () => {
            const session = await connection.askSession().catch(() => null);
            if (!dialog.open || !session?.person) return;
            if (String(session.person) === person()) {
                dialog.close();
                send(form, submitter, session.token);
            } else {
                notice.textContent = say("Another user has signed in. Your text is stored for you; sign in yourself to save it.");
            }
        }, 1000);
        dialog.addEventListener("close", () => {
            clearInterval(timer);
            dialog.remove();
        });
        dialog.showModal();
    };

    const beforeSending = (event) => {
        const form = event.target;
        if (!(form instanceof HTMLFormElement) || !isKept(form) || form.deskMaySend || !person()) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (form.deskAsked) return;
        form.deskAsked = true;
        keepForm(form);
        const { submitter } = event;
        connection
            .askSession()
            .then((session) => {
                if (String(session.person) === person()) send(form, submitter, session.token);
                else signInAndSend(form, submitter);
            })
            .catch(() => {
                connection.show(say("Not saved: the server does not answer. Your text is stored on this computer; save again when you are connected."), "unsaved");
                window.deskKept.askAgain();
            })
            .finally(() => (form.deskAsked = false));
    };

    const start = async () => {
        if (window.name === SIGN_IN_WINDOW && window.opener) window.close();
        if (!person()) return;
        window.deskKept.forgetOld();
        const forms = [...document.querySelectorAll("form")].filter(isKept);
        forms.forEach(begin);
        let waiting = null;
        const keepNow = () => {
            if (waiting) keepForm(waiting);
            waiting = null;
        };
        let timer;
        const changed = (event) => {
            const { form } = event.target;
            if (!form || !isKept(form)) return;
            if (waiting !== form) keepNow();
            waiting = form;
            clearTimeout(timer);
            timer = setTimeout(keepNow, 200);
        };
        document.addEventListener("input", changed);
        document.addEventListener("change", changed);
        // What a picker chooses is told to jQuery only.
        window.django?.jQuery?.(document).on("change", "select", changed);
        // A form that a script drew after the page came begins as it is when somebody turns to it.
        document.addEventListener("focusin", ({ target }) => target.form && isKept(target.form) && begin(target.form));
        window.addEventListener("desk-kept-closed", ({ detail }) => {
            for (const form of document.forms) {
                if (form.deskWriting?.writer !== detail) continue;
                // Another tab has taken these words over: they go on under a name of their own.
                form.deskWriting = anew(form.deskWriting.before);
                keepForm(form);
            }
        });
        window.addEventListener("pagehide", () => {
            keepNow();
            window.deskKept.leave();
        });
        await settle();
        if (!forms.length && !document.body.classList.contains("change-form")) return;
        const unsaved = await unsavedHere(location.pathname);
        const names = new Set(forms.map(formName));
        for (const form of forms) giveBack(form, unsaved.filter((kept) => kept.form === formName(form)));
        withoutPlace(unsaved.filter((kept) => !names.has(kept.form)));
    };

    /* Whether something stands on the page that is not saved. */
    const isBeingWritten = () => [...document.forms].some((form) => (form.deskWriting?.words ?? "{}") !== "{}");

    Object.assign(window.deskForms, { sent, isBeingWritten });
    document.addEventListener("submit", beforeSending, true);
    document.addEventListener("DOMContentLoaded", start);
})();
