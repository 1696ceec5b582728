/* Triage: a decision shows the next proposal at once, which was fetched while this one was read, and is sent meanwhile.
   A refusal is shown in place. Without this script every button is a form of its own. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);

    document.addEventListener("DOMContentLoaded", () => {
        const root = document.querySelector("#triage");
        if (!root) return;
        const panel = root.querySelector("#triage-claim");
        const said = root.querySelector("#triage-said");
        const undoForm = root.querySelector("#triage-undo");
        const undoButton = undoForm.querySelector("button");
        const items = [...root.querySelectorAll("li[data-claim]")];
        const itemOf = (claim) => items.find((item) => item.dataset.claim === String(claim));
        const shown = () => panel.querySelector("[data-shown]")?.dataset.shown ?? "";

        /* What is shown --------------------------------------------------------------------------------------------- */

        const ahead = new Map();
        const fetchClaim = async (claim) => {
            const query = new URLSearchParams({ list: root.dataset.list, since: root.dataset.since, with: shown() });
            const answer = await fetch(`${root.dataset.claimPage.replace("/0/", `/${claim}/`)}?${query}`);
            if (!answer.ok) throw new Error(String(answer.status));
            return answer.text(); // made by the server, which escapes what it shows
        };
        const fetchAhead = (claim) => {
            if (!ahead.has(claim)) ahead.set(claim, fetchClaim(claim));
            return ahead.get(claim).catch(() => ahead.delete(claim));
        };
        const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

        const isFree = (item) => !("done" in item.dataset) && !("other" in item.dataset);
        const isOpen = (item) => !("done" in item.dataset);
        // From the shown one on, and then from the beginning; to what somebody else looks at only where nothing else is.
        const following = () => {
            const at = items.indexOf(itemOf(shown()));
            const turned = [...items.slice(at + 1), ...items.slice(0, Math.max(at, 0))];
            return turned.find(isFree) ?? turned.find(isOpen);
        };

        let asked = null;
        const show = async (claim, { focus = true } = {}) => {
            asked = claim;
            let article;
            try {
                const kept = ahead.get(claim);
                ahead.delete(claim);
                article = parsed(await (kept ?? fetchClaim(claim)));
            } catch {
                tell(translate("The next claim could not be loaded. Try again, or reload the page."), true);
                return;
            }
            if (asked !== claim) return; // somebody has gone on meanwhile
            panel.replaceChildren(article);
            number(article);
            window.deskKeys.read(panel);
            root.querySelectorAll("[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
            const item = itemOf(claim);
            item?.querySelector("a").setAttribute("aria-current", "true");
            item?.scrollIntoView({ block: "nearest" });
            const address = new URL(location.href);
            address.searchParams.set("since", root.dataset.since);
            address.searchParams.set("at", claim);
            address.searchParams.delete("undo");
            history.replaceState(null, "", address);
            if (focus) panel.focus({ preventScroll: true });
            panel.scrollIntoView({ block: "nearest" });
            look();
        };
        // Fetch the next one; pass over what others look at or have decided meanwhile.
        const look = async () => {
            const next = following();
            if (!next || ahead.has(next.dataset.claim)) return;
            const html = await fetchAhead(next.dataset.claim);
            if (typeof html !== "string") return;
            const article = parsed(html);
            if (article.dataset.other) mark(next, { other: article.dataset.other });
            else if (!("waits" in article.dataset)) mark(next, { done: translate("already decided") });
            else return;
            if (following() !== next) look();
        };
        const mark = (item, { done, other, open }) => {
            const words = item.querySelector(".triage-mark");
            if (open) {
                delete item.dataset.done;
                words.textContent = "";
            }
            if (done) {
                item.dataset.done = "";
                words.textContent = done;
            }
            if (other) {
                item.dataset.other = other;
                words.textContent = interpolate(translate("%s is viewing this"), [other]);
            }
        };
        const query = (own) => new URLSearchParams([...new URLSearchParams(root.dataset.list), ...own]);
        const goOn = () => {
            const next = following();
            if (next) show(next.dataset.claim);
            else inTurn(() => {}).then(() => location.assign(`?${query([["since", root.dataset.since]])}`));
        };
        const step = (by) => {
            const at = items.indexOf(itemOf(shown()));
            const item = items[at + by];
            if (item) show(item.dataset.claim);
        };

        const tell = (words, isTrouble, claim) => {
            const line = document.createElement("p");
            line.className = isTrouble ? "desk-warning triage-said" : "desk-quiet triage-said";
            if (isTrouble) line.setAttribute("role", "alert");
            const text = document.createElement("span");
            text.dir = "auto";
            text.textContent = words;
            line.append(text);
            if (claim) {
                const look = document.createElement("button");
                look.type = "button";
                look.textContent = translate("View");
                look.addEventListener("click", () => show(String(claim)));
                line.append(look);
            }
            if (!isTrouble) said.querySelectorAll(".desk-quiet").forEach((old) => old.remove());
            said.prepend(line);
        };

        /* What is decided ------------------------------------------------------------------------------------------- */

        const undoable = [];
        const DONE = { accept: translate("accepted"), decline: translate("declined"), merge: translate("merged") };
        const actionOf = (form) => new URL(form.action).pathname.split("/").at(-2);
        // One after the other, in the order in which they were made, each with what follows from its answer.
        let sending = Promise.resolve();
        let waiting = 0;
        const inTurn = (work) => {
            waiting += 1;
            sending = sending.then(work).finally(() => {
                waiting -= 1;
            });
            return sending;
        };
        const send = async (address, body) => {
            const headers = { Accept: "application/json" };
            const answer = await fetch(address, { method: "POST", body, headers, keepalive: true });
            const type = answer.headers.get("Content-Type") ?? "";
            if (!type.startsWith("application/json")) throw new Error(String(answer.status));
            return answer.json();
        };
        window.addEventListener("beforeunload", (event) => {
            if (waiting) event.preventDefault();
        });

        const bodyOf = (form, submitter) => {
            const body = new FormData(form, submitter);
            body.set("all", root.dataset.all);
            return body;
        };
        const answered = (answer) => {
            for (const one of answer.refused) tell(one.words, true, one.claim);
            if (answer.said) tell(answer.said, false);
            root.querySelector("#triage-progress").textContent = answer.progress;
            if (answer.undo) undoable.push(answer.undo);
            undoButton.hidden = !undoable.length;
        };
        const unreachable = (claims) => {
            tell(translate("The desk could not be reached. Your last decision was not stored."), true, claims[0]);
        };

        const decide = (form, submitter, also) => {
            const action = actionOf(form);
            const body = bodyOf(form, submitter);
            const claims = [...new Set([shown(), ...also.map((item) => item.dataset.claim)])];
            for (const item of also) body.append("also", `${item.dataset.claim}-${item.dataset.lastMove}`);
            let address = form.action;
            if (also.length && !also.includes(itemOf(shown()))) {
                // Of those that were selected, the shown one need not be one.
                claims.shift();
                address = address.replace(`/${shown()}/`, `/${also[0].dataset.claim}/`);
                body.set("seen", also[0].dataset.lastMove);
            }
            choose([]);
            const moves = "decides" in form.dataset;
            if (moves) {
                claims.map(itemOf).forEach((item) => item && mark(item, { done: DONE[action] }));
            } else {
                form.closest("details").open = false;
            }
            inTurn(async () => {
                try {
                    const answer = await send(address, body);
                    for (const one of answer.refused) {
                        const item = itemOf(one.claim);
                        if (item && moves) mark(item, { done: translate("not done") });
                    }
                    answered(answer);
                    if (!moves) show(shown());
                } catch {
                    claims.map(itemOf).forEach((item) => item && mark(item, { open: true }));
                    claims.forEach((claim) => ahead.delete(claim));
                    unreachable(claims);
                }
            });
            if (moves) goOn();
        };
        const undo = async () => {
            const token = undoable.pop() ?? undoForm.elements.undo.value;
            undoForm.elements.undo.value = "";
            undoButton.hidden = !undoable.length;
            if (!token) return;
            const body = bodyOf(undoForm);
            body.set("undo", token);
            try {
                const answer = await send(undoForm.action, body);
                answered({ ...answer, undo: "" });
                for (const claim of answer.done) {
                    const item = itemOf(claim);
                    if (!item) continue;
                    mark(item, { open: true });
                    ahead.delete(String(claim));
                }
                if (answer.done.length) {
                    const last = String(answer.done[0]);
                    await show(last);
                    for (const claim of answer.done) {
                        // Its last move is another one now.
                        const item = itemOf(claim);
                        if (item) item.dataset.lastMove = String(await lastMoveOf(claim));
                    }
                }
            } catch {
                undoable.push(token);
                unreachable([shown()]);
            }
        };
        const lastMoveOf = async (claim) => {
            if (String(claim) === shown()) return panel.querySelector("[data-shown]").dataset.lastMove;
            return parsed(await fetchClaim(claim)).dataset.lastMove;
        };

        /* Several at once ------------------------------------------------------------------------------------------- */

        let chosen = [];
        const choose = (now) => {
            chosen = now;
            items.forEach((item) => item.toggleAttribute("data-selected", now.includes(item)));
            const badge = root.querySelector("#triage-selected");
            badge.hidden = !now.length;
            badge.textContent = interpolate(ngettext("%s selected", "%s selected", now.length), [now.length]);
        };
        const restOfArticle = () => {
            const article = itemOf(shown())?.closest("[data-article]");
            return article?.dataset.article ? [...article.querySelectorAll("li[data-claim]")].filter(isOpen) : [];
        };
        const select = () => {
            const item = itemOf(shown());
            if (!item) return;
            choose(chosen.includes(item) ? chosen.filter((one) => one !== item) : [...chosen, item]);
        };

        /* Keys and buttons ------------------------------------------------------------------------------------------ */

        // Those of a form that offer something are numbered; the words of one's own are “0”.
        const number = (part) => {
            part.querySelectorAll(".triage-choice ol").forEach((list) => {
                list.querySelectorAll(":scope > li kbd").forEach((key, at) => {
                    key.textContent = at < 9 ? String(at + 1) : "";
                });
            });
        };
        const opened = () => panel.querySelector("details.triage-move[open]");
        const pressNumber = (digit) => {
            const form = opened()?.querySelector("form");
            if (!form) return;
            if (digit === 0) form.querySelector("[data-own-words]")?.focus();
            else form.querySelectorAll(".triage-option")[digit - 1]?.click();
        };
        const pressKey = (key) => panel.querySelector(`[data-key="${key}"]`)?.click();
        const withRest = (key) => () => {
            choose(restOfArticle());
            pressKey(key);
        };

        root.addEventListener("submit", (event) => {
            event.preventDefault();
            if (event.target === undoForm) inTurn(undo);
            else decide(event.target, event.submitter, chosen);
        });
        root.addEventListener("click", (event) => {
            const link = event.target.closest("li[data-claim] a, .triage-step");
            if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            if (link.dataset.step === "back") step(-1);
            else if (link.dataset.step === "on") step(1);
            else show(link.closest("li").dataset.claim);
        });
        // Words that are not a number look for claims to merge into.
        let looking = 0;
        root.addEventListener("input", (event) => {
            const field = event.target;
            if (!field.matches("[data-search-claims]")) return;
            const words = field.value.trim();
            looking += 1;
            const mine = looking;
            if (words.length < 3 || /^\d+$/.test(words)) return;
            setTimeout(async () => {
                if (mine !== looking) return;
                const query = new URLSearchParams({ term: words, app_label: "claims", model_name: "claim", field_name: "merged_into" });
                const answer = await fetch(`${root.dataset.search}?${query}`);
                if (!answer.ok || mine !== looking) return;
                const { results } = await answer.json();
                const list = field.form.querySelector("[data-found]");
                list.replaceChildren(
                    ...results
                        .filter((one) => one.id !== shown())
                        .slice(0, 9)
                        .map((one) => {
                            const row = document.createElement("li");
                            row.innerHTML = '<button type="submit" name="into" class="triage-option"><kbd class="desk-key"></kbd><span dir="auto"></span></button>';
                            row.querySelector("button").value = one.id;
                            row.querySelector("span").textContent = one.text;
                            return row;
                        }),
                );
                number(field.form.closest("details"));
            }, 200);
        });
        root.addEventListener("keydown", (event) => {
            const details = event.target.closest("details.triage-move");
            if (event.key !== "Escape" || !details?.open) return;
            details.open = false;
            details.querySelector("summary").focus();
        });
        // Enter in an empty field of one's own words would press the first button of the form.
        root.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || !event.target.matches("[data-own-words]")) return;
            event.preventDefault();
            const own = event.target.closest(".triage-words-of-ones-own").querySelector("button");
            if (event.target.value.trim()) event.target.form.requestSubmit(own);
        });

        const { add } = window.deskKeys;
        add("j", translate("Next proposal"), () => step(1), { repeats: true });
        add("k", translate("Previous proposal"), () => step(-1), { repeats: true });
        add("x", translate("Select, to decide several at once"), select);
        add("A", translate("Accept the rest of the article"), withRest("a"));
        add("D", translate("Decline the rest of the article"), withRest("d"));
        add("S", translate("Assign the rest of the article"), withRest("s"));
        add("T", translate("Add a topic to the rest of the article"), withRest("t"));
        add("0", translate("In your own words"), () => pressNumber(0));
        for (let digit = 1; digit <= 9; digit += 1) {
            add(String(digit), interpolate(translate("Choice %s in the open panel"), [digit]), () => pressNumber(digit));
        }
        add("Escape", translate("Close the panel, clear the selection"), () => {
            const details = opened();
            if (details) details.open = false;
            choose([]);
        });

        number(panel);
        if (window.matchMedia("(max-width: 63.99rem)").matches) root.querySelector("#triage-list")?.removeAttribute("open");
        look();
    });
})();
