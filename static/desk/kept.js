/* What somebody writes is kept in the browser until it is saved: a session that ends, a page that is closed or a server
   that is away costs no words. It belongs to the person who wrote it; nobody else who signs in here is shown it. */
(() => {
    "use strict";

    const PREFIX = "desk-kept:";
    const DAYS = 7;
    const SIGN_IN_WINDOW = "desk-sign-in";
    const SESSION = "/admin/session/";
    const say = (words) => (window.gettext ? gettext(words) : words);

    /* Where it is kept ---------------------------------------------------------------------------------------------- */

    const person = () => document.querySelector("meta[name=desk-person]")?.content || "";
    // A browser can forbid storage, or have no room left: then nothing is kept, and everything else works.
    const attempt = (work) => {
        try {
            return work();
        } catch {
            return null;
        }
    };
    const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
    const write = (key, kept) => attempt(() => localStorage.setItem(key, JSON.stringify(kept)));
    const forget = (key) => attempt(() => localStorage.removeItem(key));
    const keyOf = (form) =>
        `${PREFIX}${person()}:${location.pathname}:${form.id || form.getAttribute("action") || "form"}`;

    const forgetOld = () => {
        const oldest = Date.now() - DAYS * 24 * 3600 * 1000;
        attempt(() => Object.keys(localStorage))
            ?.filter((key) => key.startsWith(PREFIX) && !(read(key)?.at > oldest))
            .forEach(forget);
    };

    /* What is kept -------------------------------------------------------------------------------------------------- */

    const fieldsOf = (form) =>
        [...form.elements].filter(
            (field) =>
                field.name &&
                !field.readOnly &&
                !["hidden", "file", "submit", "button", "password"].includes(field.type) &&
                !["FIELDSET", "BUTTON", "OUTPUT"].includes(field.tagName),
        );
    const isKept = (form) =>
        form.method === "post" &&
        form.id !== "changelist-form" &&
        form.elements.csrfmiddlewaretoken !== undefined &&
        !form.querySelector("[type=password]") &&
        fieldsOf(form).length > 0;
    const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
    const valuesOf = (form) => {
        const values = {};
        for (const field of fieldsOf(form)) {
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
    const versionOf = (form) => form.elements._version?.value || "";

    const keep = (form) => {
        const values = valuesOf(form);
        if (JSON.stringify(values) === form.deskAsOpened) {
            forget(keyOf(form));
        } else {
            write(keyOf(form), { at: Date.now(), version: versionOf(form), values });
        }
    };

    /* Given back ---------------------------------------------------------------------------------------------------- */

    const fill = (field, value) => {
        if (isTicked(field)) {
            field.checked = value.includes(field.value);
        } else if (field.tagName === "SELECT") {
            for (const [key, text] of value) {
                if (![...field.options].some((option) => option.value === key)) field.add(new Option(text, key));
            }
            for (const option of field.options) option.selected = value.some(([key]) => key === option.value);
        } else {
            field.value = value;
        }
        field.dispatchEvent(new Event("change", { bubbles: true }));
    };

    /* The words that the page has no place for: fields that were added on it, or all, if it was changed meanwhile. */
    const leftOver = (form, kept) => {
        const here = valuesOf(form);
        return Object.entries(kept.values).filter(
            ([name, value]) => typeof value === "string" && value.trim() && here[name] !== value,
        );
    };

    const notice = (form, kept, isStale) => {
        const box = document.createElement("section");
        box.className = "desk-panel desk-kept";
        box.setAttribute("aria-label", say("Words that were kept"));
        const told = document.createElement("p");
        told.setAttribute("role", "status");
        const when = new Date(kept.at).toLocaleString(document.documentElement.lang || undefined);
        told.textContent = isStale
            ? say("The page was changed since you wrote on it. What you wrote is below, to be copied.")
            : say("What you wrote was not saved and is back in its fields. Look at it, then save.");
        told.append(` (${when})`);
        box.append(told);
        for (const [name, value] of leftOver(form, kept)) {
            const label = document.createElement("label");
            const words = document.createElement("textarea");
            words.readOnly = true;
            words.className = "desk-input";
            words.rows = 4;
            words.value = value;
            label.append(form.querySelector(`label[for="id_${CSS.escape(name)}"]`)?.textContent.trim() || name, words);
            box.append(label);
        }
        const discard = document.createElement("button");
        discard.type = "button";
        discard.className = "desk-button";
        discard.textContent = say("Discard what was kept");
        discard.addEventListener("click", () => {
            forget(keyOf(form));
            location.reload();
        });
        box.append(discard);
        form.closest("details")?.setAttribute("open", "");
        form.before(box);
    };

    const giveBack = (form) => {
        const kept = read(keyOf(form));
        if (!kept || JSON.stringify(kept.values) === JSON.stringify(valuesOf(form))) return;
        const isStale = kept.version !== versionOf(form);
        if (!isStale) {
            for (const field of fieldsOf(form)) {
                if (field.name in kept.values) fill(field, kept.values[field.name]);
            }
        }
        notice(form, kept, isStale);
    };

    /* Sent ---------------------------------------------------------------------------------------------------------- */

    const SENT = "desk-sent";
    // A page of the desk that came in answer, and says nothing of an error, has saved what was sent.
    const settle = () => {
        const key = attempt(() => sessionStorage.getItem(SENT));
        if (!key) return;
        attempt(() => sessionStorage.removeItem(SENT));
        const from = document.referrer && new URL(document.referrer);
        const isAnswer = from && from.origin === location.origin && from.pathname.startsWith("/admin/");
        if (isAnswer && !document.querySelector(".errornote, .errorlist")) forget(key);
    };

    const askSession = async () => {
        const answer = await fetch(SESSION, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
    };

    const send = (form, submitter, token) => {
        form.elements.csrfmiddlewaretoken.value = token || form.elements.csrfmiddlewaretoken.value;
        keep(form);
        attempt(() => sessionStorage.setItem(SENT, keyOf(form)));
        form.deskMaySend = true;
        form.requestSubmit(submitter || undefined);
        form.deskMaySend = false;
    };

    /* Signing in, without leaving the page -------------------------------------------------------------------------- */

    const signInAndSend = (form, submitter) => {
        const dialog = document.createElement("dialog");
        dialog.className = "desk-dialog";
        dialog.setAttribute("aria-labelledby", "desk-dialog-told");
        const told = document.createElement("p");
        told.id = "desk-dialog-told";
        told.textContent = say("You are not signed in any more. Sign in, and what you wrote is saved; it stays on this page.");
        const open = document.createElement("button");
        open.type = "button";
        open.className = "desk-button desk-button-main";
        open.textContent = say("Sign in");
        open.addEventListener("click", () => {
            window.open("/accounts/login/?next=/admin/", SIGN_IN_WINDOW, "popup,width=520,height=720");
        });
        const close = document.createElement("button");
        close.type = "button";
        close.className = "desk-button";
        close.textContent = say("Go on writing");
        close.addEventListener("click", () => dialog.close());
        const buttons = document.createElement("p");
        buttons.className = "desk-line";
        buttons.append(open, close);
        dialog.append(told, buttons);
        document.body.append(dialog);
        const timer = setInterval(async () => {
            const session = await askSession().catch(() => null);
            if (!dialog.open || !session?.person) return;
            if (String(session.person) === person()) {
                dialog.close();
                send(form, submitter, session.token);
            } else {
                told.textContent = say("Somebody else has signed in. Your words are kept for you; sign in yourself to save them.");
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
        if (!(form instanceof HTMLFormElement) || !isKept(form) || form.deskMaySend) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (form.deskAsked) return;
        form.deskAsked = true;
        const { submitter } = event;
        askSession()
            .then((session) => {
                if (String(session.person) === person()) send(form, submitter, session.token);
                else signInAndSend(form, submitter);
            })
            // Whatever the server cannot say now it says to the form itself.
            .catch(() => send(form, submitter))
            .finally(() => (form.deskAsked = false));
    };

    const begin = () => {
        if (window.name === SIGN_IN_WINDOW && window.opener) window.close();
        if (!person()) return;
        forgetOld();
        settle();
        for (const form of document.querySelectorAll("form")) {
            if (!isKept(form)) continue;
            form.deskAsOpened = JSON.stringify(valuesOf(form));
            giveBack(form);
        }
        let waiting = null;
        const keepNow = () => {
            if (waiting) keep(waiting);
            waiting = null;
        };
        let timer;
        const changed = (event) => {
            const { form } = event.target;
            if (!form || !isKept(form) || form.deskAsOpened === undefined) return;
            if (waiting !== form) keepNow();
            waiting = form;
            clearTimeout(timer);
            timer = setTimeout(keepNow, 200);
        };
        document.addEventListener("input", changed);
        document.addEventListener("change", changed);
        window.addEventListener("pagehide", keepNow);
    };

    document.addEventListener("submit", beforeSending, true);
    document.addEventListener("DOMContentLoaded", begin);
})();
