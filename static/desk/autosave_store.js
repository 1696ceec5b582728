/* Stores unsaved text: in this browser at once, and on the server a second later. Each open page writes under its own
   name, so two tabs or computers never overwrite each other. */
(() => {
    "use strict";

    const KEY_PREFIX = "desk-autosave:";
    const MAX_AGE_DAYS = 7;
    const AUTOSAVE_URL = "/admin/unsaved/kept/";
    const DISCARD_URL = "/admin/unsaved/given-up/";
    // What browsers send on behalf of a page that has been left.
    const MAX_KEEPALIVE_LENGTH = 60_000;
    const RETRY_SECONDS = 5;
    // How long a page waits for what the server keeps of it: with words of its own, these come back soon; without any,
    // they come back late rather than not at all.
    const TIMEOUT_SECONDS = { withDrafts: 3, without: 60 };
    const translate = (words) => (window.gettext ? gettext(words) : words);
    const connection = window.deskConnection;

    const getPerson = () => document.querySelector("meta[name=desk-person]")?.content || "";

    /* In this browser ---------------------------------------------------------------------------------------------- */

    // A browser can forbid storage, or have no room left: then the server alone keeps it, and everything else works.
    const attempt = (action) => {
        try {
            return action();
        } catch {
            return null;
        }
    };
    const readItem = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
    const removeItem = (key) => attempt(() => localStorage.removeItem(key));
    const getKey = (draft) => `${KEY_PREFIX}${getPerson()}:${draft.page}:${draft.form}:${draft.writer}`;
    const listKeys = () => (attempt(() => Object.keys(localStorage)) || []).filter((key) => key.startsWith(KEY_PREFIX));

    const removeOld = () => {
        const oldest = Date.now() - MAX_AGE_DAYS * 24 * 3600 * 1000;
        listKeys()
            .filter((key) => !(readItem(key)?.at > oldest))
            .forEach(removeItem);
    };
    const readLocalDrafts = (page) =>
        listKeys()
            .filter((key) => key.startsWith(`${KEY_PREFIX}${getPerson()}:${page}:`))
            .map(readItem)
            .filter((draft) => draft?.writer && draft.values && draft.page === page);

    /* On the server ------------------------------------------------------------------------------------------------ */

    let token = "";
    const post = async (address, body, options = {}) => {
        const send = () =>
            connection.request(address, {
                method: "POST",
                headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
                body: JSON.stringify({ person: getPerson(), ...body }),
                ...options,
            });
        token ||= document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
        const answer = await send();
        if (answer.status !== 403) return answer;
        // Somebody signed in since the page came, which changed the token.
        const session = await connection.fetchSession();
        if (!session.person) return { status: 401, payload: {} };
        token = session.token;
        return send();
    };

    const waitingDrafts = new Map();
    const ERROR_MESSAGES = {
        401: () => translate("You are no longer signed in. Your text is stored on this computer."),
        403: () => translate("You cannot use the desk at the moment. Your text is stored on this computer."),
        409: () => translate("Another user has signed in. Your text is stored for you on this computer."),
        413: () => translate("This is too long to store on the server. It is stored on this computer until you save."),
        other: () => translate("The server cannot store this. Your text is stored on this computer only."),
        429: () => translate("You have too many unsaved forms. Your text is stored on this computer only."),
    };
    let isSending = false;
    let retryTimer = null;
    const sendWaiting = async () => {
        if (isSending) return;
        isSending = true;
        clearTimeout(retryTimer);
        try {
            while (waitingDrafts.size) {
                const [writer, draft] = waitingDrafts.entries().next().value;
                const { at, ...rest } = draft;
                const answer = await post(AUTOSAVE_URL, { ...rest, age: Math.max(0, (Date.now() - at) / 1000) });
                if ([401, 403, 409].includes(answer.status)) {
                    connection.show(ERROR_MESSAGES[answer.status]());
                    retryTimer = setTimeout(sendWaiting, 4 * RETRY_SECONDS * 1000);
                    return;
                }
                if (waitingDrafts.get(writer) === draft) waitingDrafts.delete(writer);
                if (answer.status === 200) connection.clear();
                else connection.show((ERROR_MESSAGES[answer.status] ?? ERROR_MESSAGES.other)());
                if (answer.payload.is_stored === false) {
                    window.dispatchEvent(new CustomEvent("desk-autosave-closed", { detail: writer }));
                }
            }
        } catch (error) {
            if (!(error instanceof connection.NoAnswer)) throw error;
            connection.showLost();
            retryTimer = setTimeout(sendWaiting, RETRY_SECONDS * 1000);
        } finally {
            isSending = false;
        }
    };
    window.addEventListener("online", sendWaiting);
    window.addEventListener("offline", () => waitingDrafts.size && connection.showLost());

    /* The drafts of this page on the server, and those of ours that it has closed. */
    const fetchDrafts = async (page, writers) => {
        const query = new URLSearchParams([["page", page], ...writers.map((writer) => ["writer", writer])]);
        const seconds = writers.length ? TIMEOUT_SECONDS.withDrafts : TIMEOUT_SECONDS.without;
        const answer = await connection.request(`${AUTOSAVE_URL}?${query}`, { signal: AbortSignal.timeout(1000 * seconds) });
        // A page that is being left may have the head of an answer only.
        return answer.status === 200 && answer.payload?.drafts ? answer.payload : { drafts: [], closed: {} };
    };

    /* Both --------------------------------------------------------------------------------------------------------- */

    /* Store it here now, and on the server in a moment. */
    let sendTimer = null;
    const store = (draft) => {
        const isStored = attempt(() => localStorage.setItem(getKey(draft), JSON.stringify(draft)) ?? true);
        for (const [writer, sequence] of isStored ? Object.entries(draft.replaces) : []) {
            const key = getKey({ ...draft, writer });
            if (readItem(key)?.sequence <= sequence) removeItem(key);
        }
        waitingDrafts.set(draft.writer, draft);
        clearTimeout(sendTimer);
        sendTimer = setTimeout(sendWaiting, 1000);
    };
    const sendOnLeaving = () => {
        for (const [writer, { at, ...rest }] of waitingDrafts) {
            const body = { ...rest, age: (Date.now() - at) / 1000 };
            if (JSON.stringify(body).length > MAX_KEEPALIVE_LENGTH) continue;
            waitingDrafts.delete(writer);
            post(AUTOSAVE_URL, body, { keepalive: true }).catch(() => {});
        }
    };
    /* The text has been stored or is no longer wanted: `records` need only the keys that identify them. */
    const closeDrafts = async (records) => {
        for (const draft of records) {
            removeItem(getKey(draft));
            waitingDrafts.delete(draft.writer);
        }
        const writers = Object.fromEntries(records.map((draft) => [draft.writer, draft.sequence]));
        if (records.length) await post(DISCARD_URL, { writers }, { keepalive: true }).catch(() => {});
    };
    const stopSending = () => {
        clearTimeout(sendTimer);
        clearTimeout(retryTimer);
        waitingDrafts.clear();
    };

    /* Everything of this page that was not saved, the newest first. Texts that the server does not have yet are sent to it. */
    const loadDrafts = async (page) => {
        const drafts = new Map(readLocalDrafts(page).map((draft) => [draft.writer, { ...draft, isLocal: true }]));
        const answer = await fetchDrafts(page, [...drafts.keys()]).catch(() => null);
        for (const [writer, sequence] of Object.entries(answer?.closed || {})) {
            const draft = drafts.get(writer);
            if (draft && draft.sequence <= sequence) {
                removeItem(getKey(draft));
                drafts.delete(writer);
            }
        }
        for (const { age, ...serverDraft } of answer?.drafts || []) {
            const localDraft = drafts.get(serverDraft.writer);
            if (!localDraft || localDraft.sequence < serverDraft.sequence) {
                drafts.set(serverDraft.writer, { ...localDraft, ...serverDraft, page, at: Date.now() - age * 1000 });
            } else if (localDraft.sequence > serverDraft.sequence) {
                waitingDrafts.set(serverDraft.writer, localDraft);
            }
        }
        if (answer) {
            const serverWriters = new Set(answer.drafts.map((serverDraft) => serverDraft.writer));
            for (const [writer, { isLocal, ...draft }] of drafts) {
                if (isLocal && !serverWriters.has(writer)) waitingDrafts.set(writer, draft);
            }
            if (waitingDrafts.size) sendWaiting();
        }
        return [...drafts.values()].sort((one, other) => other.at - one.at);
    };

    const createWriter = () =>
        // Only pages that came encrypted, or from this computer, may ask for one.
        crypto.randomUUID?.() ||
        "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
            (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
        );

    window.deskAutosave = {
        getPerson,
        post,
        attempt,
        store,
        sendOnLeaving,
        sendWaiting,
        closeDrafts,
        stopSending,
        loadDrafts,
        removeOld,
        createWriter,
    };
})();
