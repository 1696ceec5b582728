/* What the article's page asks of the server: JSON there and back, and every refusal a sentence. */
(() => {
    "use strict";

    // Browsers finish small requests of a page that is left, and refuse to promise it for large ones.
    const MAX_KEEPALIVE_LENGTH = 15_000;

    const getTokenFields = () => [...document.querySelectorAll("[name=csrfmiddlewaretoken]")];
    /* Whoever has signed in again, in another tab, goes on here: what forms send along has changed by it. */
    const renewTokens = async () => {
        const session = await window.deskConnection?.fetchSession().catch(() => null);
        const person = document.querySelector("meta[name=desk-person]")?.content;
        if (!session?.person || String(session.person) !== person) return false;
        for (const field of getTokenFields()) field.value = session.token;
        return true;
    };
    /* Sends even while the page is being left. Fails with a sentence. */
    const post = async (address, body, { signal, isRepeated = false } = {}) => {
        const json = JSON.stringify(body);
        let answer;
        try {
            answer = await fetch(address, {
                method: "POST",
                headers: {
                    "Content-Type": "application/json",
                    "X-CSRFToken": getTokenFields()[0]?.value || "",
                    Accept: "application/json",
                },
                body: json,
                keepalive: json.length < MAX_KEEPALIVE_LENGTH,
                signal,
            });
        } catch (error) {
            if (error.name === "AbortError") throw error;
            throw new Error(gettext("Not saved: the server does not answer. Nothing on this page is lost; try again."));
        }
        if (answer.redirected || !answer.headers.get("Content-Type")?.startsWith("application/json")) {
            const isSignedOut = answer.redirected || answer.status === 403;
            if (isSignedOut && !isRepeated && (await renewTokens())) {
                return post(address, body, { signal, isRepeated: true });
            }
            throw new Error(
                isSignedOut
                    ? gettext("You are no longer signed in. Sign in in another tab, then try again here.")
                    : gettext("Not saved: something went wrong on the server. Try again."),
            );
        }
        const payload = await answer.json();
        if (payload.problem) throw Object.assign(new Error(payload.problem), { payload });
        return payload;
    };
    window.deskPost = post;
})();
