/* Requests to the server, and a notice while it does not answer. */
(() => {
    "use strict";

    const SESSION = "/admin/session/";
    const SECONDS = 10;
    const translate = (text) => (window.gettext ? gettext(text) : text);

    let statusBox = null;
    let shownText = "";
    let clearTimer = null;

    /* A corner that is in view wherever one is on the page. */
    const getCorner = () => {
        let corner = document.querySelector(".desk-signs");
        if (!corner) {
            corner = document.createElement("div");
            corner.className = "desk-signs";
            document.body.append(corner);
        }
        return corner;
    };

    const makeStatusBox = () => {
        const box = document.createElement("div");
        box.className = "desk-connection";
        box.setAttribute("role", "status");
        getCorner().append(box);
        return box;
    };

    /* Show a text until `clear` removes it; the same text is not announced twice. */
    const show = (text, state = "lost") => {
        clearTimeout(clearTimer);
        statusBox ??= makeStatusBox();
        statusBox.className = `desk-connection desk-connection-${state}`;
        if (shownText !== text) statusBox.textContent = text;
        shownText = text;
    };
    const clear = () => {
        if (!shownText) return;
        show(translate("Connected again. Your text is also stored on the server."), "back");
        clearTimer = setTimeout(() => {
            statusBox.textContent = shownText = "";
        }, 6000);
    };

    // That something was not saved is said until it can be; that the server is away goes without saying then.
    const showLost = () => {
        if (statusBox?.classList.contains("desk-connection-unsaved") && shownText) return;
        show(translate("Not connected. Your text is stored on this computer."));
    };

    /* A request with a timeout; raises `NoAnswer` unless the server itself answers. */
    class NoAnswer extends Error {}
    const request = async (address, options = {}) => {
        let answer;
        try {
            answer = await fetch(address, {
                headers: { Accept: "application/json" },
                signal: AbortSignal.timeout(SECONDS * 1000),
                ...options,
            });
        } catch {
            throw new NoAnswer();
        }
        const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
        if (isOurs && answer.status < 500) return { status: answer.status, payload: await answer.json().catch(() => ({})) };
        // The token of the form is not the session's any more; or a door in between asks to sign in.
        if (answer.status === 403) return { status: 403, payload: {} };
        if (answer.redirected && answer.ok) return { status: 401, payload: {} };
        // Whatever else stands between answers with a page of its own.
        throw new NoAnswer();
    };
    const fetchSession = async () => (await request(SESSION)).payload;

    window.deskConnection = { getCorner, show, clear, showLost, request, fetchSession, NoAnswer };
})();
