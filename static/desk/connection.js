/* Whether the server hears the page: a plain sign in the bar while it does not, and until what waited has gone out. */
(() => {
    "use strict";

    const SESSION = "/admin/session/";
    const SECONDS = 10;
    const say = (words) => (window.gettext ? gettext(words) : words);

    let sign = null;
    let shownText = "";
    let gone = null;

    /* A corner that is in view wherever one is on the page. */
    const signs = () => {
        let corner = document.querySelector(".desk-signs");
        if (!corner) {
            corner = document.createElement("div");
            corner.className = "desk-signs";
            document.body.append(corner);
        }
        return corner;
    };

    const makeSign = () => {
        const made = document.createElement("div");
        made.className = "desk-connection";
        made.setAttribute("role", "status");
        signs().append(made);
        return made;
    };

    /* Say something until `clear` takes it back; the same is not said twice. */
    const show = (words, kind = "lost") => {
        clearTimeout(gone);
        sign ??= makeSign();
        sign.className = `desk-connection desk-connection-${kind}`;
        if (shownText !== words) sign.textContent = words;
        shownText = words;
    };
    const clear = () => {
        if (!shownText) return;
        show(say("Connected again. Your text is also stored on the server."), "back");
        gone = setTimeout(() => {
            sign.textContent = shownText = "";
        }, 6000);
    };

    // That something was not saved is said until it can be; that the server is away goes without saying then.
    const lost = () => {
        if (sign?.classList.contains("desk-connection-unsaved") && shownText) return;
        show(say("Not connected. Your text is stored on this computer."));
    };

    /* A request that gives up: `Unheard` where no answer of the server itself came. */
    class Unheard extends Error {}
    const ask = async (address, options = {}) => {
        let answer;
        try {
            answer = await fetch(address, {
                headers: { Accept: "application/json" },
                signal: AbortSignal.timeout(SECONDS * 1000),
                ...options,
            });
        } catch {
            throw new Unheard();
        }
        const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
        if (isOurs && answer.status < 500) return { status: answer.status, payload: await answer.json().catch(() => ({})) };
        // The token of the form is not the session's any more; or a door in between asks to sign in.
        if (answer.status === 403) return { status: 403, payload: {} };
        if (answer.redirected && answer.ok) return { status: 401, payload: {} };
        // Whatever else stands between answers with a page of its own.
        throw new Unheard();
    };
    const askSession = async () => (await ask(SESSION)).payload;

    window.deskConnection = { signs, show, clear, lost, ask, askSession, Unheard };
})();
