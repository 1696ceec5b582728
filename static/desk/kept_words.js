/* Where what is typed is kept: in this browser at once, and on the server as soon as it hears of it. Each page that is
   opened writes under a name of its own, so that two tabs, or two computers, never write over each other. */
(() => {
    "use strict";

    const PREFIX = "desk-kept:";
    const DAYS = 7;
    const KEPT = "/admin/unsaved/kept/";
    const GIVEN_UP = "/admin/unsaved/given-up/";
    // What browsers send on behalf of a page that has been left.
    const MOST_ON_LEAVING = 60_000;
    const RETRY_SECONDS = 5;
    // How long a page waits for what the server keeps of it: with words of its own, these come back soon; without any,
    // they come back late rather than not at all.
    const PATIENCE_SECONDS = { withWords: 3, without: 60 };
    const say = (words) => (window.gettext ? gettext(words) : words);
    const connection = window.deskConnection;

    const person = () => document.querySelector("meta[name=desk-person]")?.content || "";

    /* In this browser ---------------------------------------------------------------------------------------------- */

    // A browser can forbid storage, or have no room left: then the server alone keeps it, and everything else works.
    const attempt = (work) => {
        try {
            return work();
        } catch {
            return null;
        }
    };
    const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
    const forget = (key) => attempt(() => localStorage.removeItem(key));
    const keyOf = (kept) => `${PREFIX}${person()}:${kept.page}:${kept.form}:${kept.writer}`;
    const keys = () => (attempt(() => Object.keys(localStorage)) || []).filter((key) => key.startsWith(PREFIX));

    const forgetOld = () => {
        const oldest = Date.now() - DAYS * 24 * 3600 * 1000;
        keys()
            .filter((key) => !(read(key)?.at > oldest))
            .forEach(forget);
    };
    const ownHere = (page) =>
        keys()
            .filter((key) => key.startsWith(`${PREFIX}${person()}:${page}:`))
            .map(read)
            .filter((kept) => kept?.writer && kept.values && kept.page === page);

    /* On the server ------------------------------------------------------------------------------------------------ */

    let token = "";
    const post = async (address, body, options = {}) => {
        const send = () =>
            connection.ask(address, {
                method: "POST",
                headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
                body: JSON.stringify({ person: person(), ...body }),
                ...options,
            });
        token ||= document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
        const answer = await send();
        if (answer.status !== 403) return answer;
        // Somebody signed in since the page came, which changed the token.
        const session = await connection.askSession();
        if (!session.person) return { status: 401, payload: {} };
        token = session.token;
        return send();
    };

    const waiting = new Map();
    const REFUSED = {
        401: () => say("You are no longer signed in. Your text is stored on this computer."),
        403: () => say("You cannot use the desk at the moment. Your text is stored on this computer."),
        409: () => say("Another user has signed in. Your text is stored for you on this computer."),
        413: () => say("This is too long to store on the server. It is stored on this computer until you save."),
        other: () => say("The server cannot store this. Your text is stored on this computer only."),
        429: () => say("You have too many unsaved forms. Your text is stored on this computer only."),
    };
    let isSending = false;
    let retry = null;
    const sendWaiting = async () => {
        if (isSending) return;
        isSending = true;
        clearTimeout(retry);
        try {
            while (waiting.size) {
                const [writer, kept] = waiting.entries().next().value;
                const { at, ...rest } = kept;
                const answer = await post(KEPT, { ...rest, age: Math.max(0, (Date.now() - at) / 1000) });
                if ([401, 403, 409].includes(answer.status)) {
                    connection.show(REFUSED[answer.status]());
                    retry = setTimeout(sendWaiting, 4 * RETRY_SECONDS * 1000);
                    return;
                }
                if (waiting.get(writer) === kept) waiting.delete(writer);
                if (answer.status === 200) connection.clear();
                else connection.show((REFUSED[answer.status] ?? REFUSED.other)());
                if (answer.payload.kept === false) {
                    window.dispatchEvent(new CustomEvent("desk-kept-closed", { detail: writer }));
                }
            }
        } catch (error) {
            if (!(error instanceof connection.Unheard)) throw error;
            connection.lost();
            retry = setTimeout(sendWaiting, RETRY_SECONDS * 1000);
        } finally {
            isSending = false;
        }
    };
    window.addEventListener("online", sendWaiting);
    window.addEventListener("offline", () => waiting.size && connection.lost());

    /* What the server keeps of this page, and which of ours it knows to be stored. */
    const askServer = async (page, writers) => {
        const query = new URLSearchParams([["page", page], ...writers.map((writer) => ["writer", writer])]);
        const seconds = writers.length ? PATIENCE_SECONDS.withWords : PATIENCE_SECONDS.without;
        const answer = await connection.ask(`${KEPT}?${query}`, { signal: AbortSignal.timeout(1000 * seconds) });
        // A page that is being left may have the head of an answer only.
        return answer.status === 200 && answer.payload?.drafts ? answer.payload : { drafts: [], closed: {} };
    };

    /* Both --------------------------------------------------------------------------------------------------------- */

    /* Keep it here now, and there in a moment. */
    let timer = null;
    const keep = (kept) => {
        const isHere = attempt(() => localStorage.setItem(keyOf(kept), JSON.stringify(kept)) ?? true);
        for (const [writer, sequence] of isHere ? Object.entries(kept.replaces) : []) {
            const key = keyOf({ ...kept, writer });
            if (read(key)?.sequence <= sequence) forget(key);
        }
        waiting.set(kept.writer, kept);
        clearTimeout(timer);
        timer = setTimeout(sendWaiting, 1000);
    };
    const leave = () => {
        for (const [writer, { at, ...rest }] of waiting) {
            const body = { ...rest, age: (Date.now() - at) / 1000 };
            if (JSON.stringify(body).length > MOST_ON_LEAVING) continue;
            waiting.delete(writer);
            post(KEPT, body, { keepalive: true }).catch(() => {});
        }
    };
    /* What was written is stored, or nobody wants it: `kept` are records, or what they are known by. */
    const close = async (all) => {
        for (const kept of all) {
            forget(keyOf(kept));
            waiting.delete(kept.writer);
        }
        const writers = Object.fromEntries(all.map((kept) => [kept.writer, kept.sequence]));
        if (all.length) await post(GIVEN_UP, { writers }, { keepalive: true }).catch(() => {});
    };
    const stopSending = () => {
        clearTimeout(timer);
        clearTimeout(retry);
        waiting.clear();
    };

    /* Everything of this page that was not saved, the newest first. Texts that the server does not have yet are sent to it. */
    const unsavedHere = async (page) => {
        const found = new Map(ownHere(page).map((kept) => [kept.writer, { ...kept, isLocal: true }]));
        const known = await askServer(page, [...found.keys()]).catch(() => null);
        for (const [writer, sequence] of Object.entries(known?.closed || {})) {
            const kept = found.get(writer);
            if (kept && kept.sequence <= sequence) {
                forget(keyOf(kept));
                found.delete(writer);
            }
        }
        for (const { age, ...draft } of known?.drafts || []) {
            const here = found.get(draft.writer);
            if (!here || here.sequence < draft.sequence) {
                found.set(draft.writer, { ...here, ...draft, page, at: Date.now() - age * 1000 });
            } else if (here.sequence > draft.sequence) {
                waiting.set(draft.writer, here);
            }
        }
        if (known) {
            const there = new Set(known.drafts.map((draft) => draft.writer));
            for (const [writer, { isLocal, ...kept }] of found) {
                if (isLocal && !there.has(writer)) waiting.set(writer, kept);
            }
            if (waiting.size) sendWaiting();
        }
        return [...found.values()].sort((one, other) => other.at - one.at);
    };

    const newWriter = () =>
        // Only pages that came encrypted, or from this computer, may ask for one.
        crypto.randomUUID?.() ||
        "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
            (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
        );

    window.deskKept = { person, post, attempt, keep, leave, close, stopSending, unsavedHere, forgetOld, newWriter, askAgain: sendWaiting };
})();
