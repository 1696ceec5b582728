/* Triage: a decision shows the next proposal at once, which was fetched while this one was read, and is sent meanwhile.
   A refusal is shown in place. Without this script every button is a form of its own. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);

    document.addEventListener("DOMContentLoaded", () => {
        const root = document.querySelector("#triage");
        if (!root) return;
        const panel = root.querySelector("#triage-claim");
        const messages = root.querySelector("#triage-messages");
        const undoForm = root.querySelector("#triage-undo");
        const undoButton = undoForm.querySelector("button");
        const items = [...root.querySelectorAll("li[data-claim]")];
        const findItem = (claim) => items.find((item) => item.dataset.claim === String(claim));
        const getShownClaim = () => panel.querySelector("[data-shown]")?.dataset.shown ?? "";

        /* What is shown --------------------------------------------------------------------------------------------- */

        const prefetches = new Map();
        const fetchClaim = async (claim) => {
            const query = new URLSearchParams({ list: root.dataset.list, since: root.dataset.since, with: getShownClaim() });
            const answer = await fetch(`${root.dataset.claimPage.replace("/0/", `/${claim}/`)}?${query}`);
            if (!answer.ok) throw new Error(String(answer.status));
            return answer.text(); // made by the server, which escapes what it shows
        };
        const prefetchClaim = (claim) => {
            if (!prefetches.has(claim)) prefetches.set(claim, fetchClaim(claim));
            return prefetches.get(claim).catch(() => prefetches.delete(claim));
        };
        const parseArticle = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

        const isFree = (item) => !("done" in item.dataset) && !("other" in item.dataset);
        const isOpen = (item) => !("done" in item.dataset);
        // From the shown one on, and then from the beginning; to what somebody else looks at only where nothing else is.
        const findNext = () => {
            const at = items.indexOf(findItem(getShownClaim()));
            const candidates = [...items.slice(at + 1), ...items.slice(0, Math.max(at, 0))];
            return candidates.find(isFree) ?? candidates.find(isOpen);
        };

        let requestedClaim = null;
        const show = async (claim, { focus = true } = {}) => {
            requestedClaim = claim;
            let article;
            try {
                const prefetch = prefetches.get(claim);
                prefetches.delete(claim);
                article = parseArticle(await (prefetch ?? fetchClaim(claim)));
            } catch {
                showMessage(translate("The next claim could not be loaded. Try again, or reload the page."), true);
                return;
            }
            if (requestedClaim !== claim) return; // the person has gone on to another claim
            panel.replaceChildren(article);
            numberOptions(article);
            window.deskKeys.read(panel);
            root.querySelectorAll("[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
            const item = findItem(claim);
            item?.querySelector("a").setAttribute("aria-current", "true");
            item?.scrollIntoView({ block: "nearest" });
            const address = new URL(location.href);
            address.searchParams.set("since", root.dataset.since);
            address.searchParams.set("at", claim);
            address.searchParams.delete("undo");
            history.replaceState(null, "", address);
            if (focus) panel.focus({ preventScroll: true });
            panel.scrollIntoView({ block: "nearest" });
            prefetchNext();
        };
        // Fetch the next one; pass over what others look at or have decided meanwhile.
        const prefetchNext = async () => {
            const next = findNext();
            if (!next || prefetches.has(next.dataset.claim)) return;
            const html = await prefetchClaim(next.dataset.claim);
            if (typeof html !== "string") return;
            const article = parseArticle(html);
            if (article.dataset.other) markItem(next, { other: article.dataset.other });
            else if (!("waits" in article.dataset)) markItem(next, { done: translate("already decided") });
            else return;
            if (findNext() !== next) prefetchNext();
        };
        const markItem = (item, { done, other, open }) => {
            const label = item.querySelector(".triage-mark");
            if (open) {
                delete item.dataset.done;
                label.textContent = "";
            }
            if (done) {
                item.dataset.done = "";
                label.textContent = done;
            }
            if (other) {
                item.dataset.other = other;
                label.textContent = interpolate(translate("%s is viewing this"), [other]);
            }
        };
        const buildQuery = (own) => new URLSearchParams([...new URLSearchParams(root.dataset.list), ...own]);
        const showNext = () => {
            const next = findNext();
            if (next) show(next.dataset.claim);
            else enqueue(() => {}).then(() => location.assign(`?${buildQuery([["since", root.dataset.since]])}`));
        };
        const step = (by) => {
            const at = items.indexOf(findItem(getShownClaim()));
            const item = items[at + by];
            if (item) show(item.dataset.claim);
        };

        const showMessage = (message, isError, claim) => {
            const line = document.createElement("p");
            line.className = isError ? "desk-warning triage-message" : "desk-quiet triage-message";
            if (isError) line.setAttribute("role", "alert");
            const text = document.createElement("span");
            text.dir = "auto";
            text.textContent = message;
            line.append(text);
            if (claim) {
                const viewButton = document.createElement("button");
                viewButton.type = "button";
                viewButton.textContent = translate("View");
                viewButton.addEventListener("click", () => show(String(claim)));
                line.append(viewButton);
            }
            if (!isError) messages.querySelectorAll(".desk-quiet").forEach((old) => old.remove());
            messages.prepend(line);
        };

        /* What is decided ------------------------------------------------------------------------------------------- */

        const undoTokens = [];
        const DONE_LABELS = { accept: translate("accepted"), decline: translate("declined"), merge: translate("merged") };
        const getAction = (form) => new URL(form.action).pathname.split("/").at(-2);
        // One after the other, in the order in which they were made, each with what follows from its answer.
        let queue = Promise.resolve();
        let pendingCount = 0;
        const enqueue = (action) => {
            pendingCount += 1;
            queue = queue.then(action).finally(() => {
                pendingCount -= 1;
            });
            return queue;
        };
        const send = async (address, body) => {
            const headers = { Accept: "application/json" };
            const answer = await fetch(address, { method: "POST", body, headers, keepalive: true });
            const type = answer.headers.get("Content-Type") ?? "";
            if (!type.startsWith("application/json")) throw new Error(String(answer.status));
            return answer.json();
        };
        window.addEventListener("beforeunload", (event) => {
            if (pendingCount) event.preventDefault();
        });

        const buildBody = (form, submitter) => {
            const body = new FormData(form, submitter);
            body.set("all", root.dataset.all);
            return body;
        };
        const applyAnswer = (answer) => {
            for (const error of answer.errors) showMessage(error.message, true, error.claim);
            if (answer.message) showMessage(answer.message, false);
            root.querySelector("#triage-progress").textContent = answer.progress;
            if (answer.undo) undoTokens.push(answer.undo);
            undoButton.hidden = !undoTokens.length;
        };
        const showUnreachable = (claims) => {
            showMessage(translate("The desk could not be reached. Your last decision was not stored."), true, claims[0]);
        };

        const decide = (form, submitter, otherItems) => {
            const action = getAction(form);
            const body = buildBody(form, submitter);
            const claims = [...new Set([getShownClaim(), ...otherItems.map((item) => item.dataset.claim)])];
            for (const item of otherItems) body.append("also", `${item.dataset.claim}-${item.dataset.lastMove}`);
            let address = form.action;
            if (otherItems.length && !otherItems.includes(findItem(getShownClaim()))) {
                // Of those that were selected, the shown one need not be one.
                claims.shift();
                address = address.replace(`/${getShownClaim()}/`, `/${otherItems[0].dataset.claim}/`);
                body.set("seen", otherItems[0].dataset.lastMove);
            }
            setSelection([]);
            const isDecision = "decides" in form.dataset;
            if (isDecision) {
                claims.map(findItem).forEach((item) => item && markItem(item, { done: DONE_LABELS[action] }));
            } else {
                form.closest("details").open = false;
            }
            enqueue(async () => {
                try {
                    const answer = await send(address, body);
                    for (const error of answer.errors) {
                        const item = findItem(error.claim);
                        if (item && isDecision) markItem(item, { done: translate("not done") });
                    }
                    applyAnswer(answer);
                    if (!isDecision) show(getShownClaim());
                } catch {
                    claims.map(findItem).forEach((item) => item && markItem(item, { open: true }));
                    claims.forEach((claim) => prefetches.delete(claim));
                    showUnreachable(claims);
                }
            });
            if (isDecision) showNext();
        };
        const undo = async () => {
            const token = undoTokens.pop() ?? undoForm.elements.undo.value;
            undoForm.elements.undo.value = "";
            undoButton.hidden = !undoTokens.length;
            if (!token) return;
            const body = buildBody(undoForm);
            body.set("undo", token);
            try {
                const answer = await send(undoForm.action, body);
                applyAnswer({ ...answer, undo: "" });
                for (const claim of answer.done) {
                    const item = findItem(claim);
                    if (!item) continue;
                    markItem(item, { open: true });
                    prefetches.delete(String(claim));
                }
                if (answer.done.length) {
                    const last = String(answer.done[0]);
                    await show(last);
                    for (const claim of answer.done) {
                        // Its last move is another one now.
                        const item = findItem(claim);
                        if (item) item.dataset.lastMove = String(await fetchLastMove(claim));
                    }
                }
            } catch {
                undoTokens.push(token);
                showUnreachable([getShownClaim()]);
            }
        };
        const fetchLastMove = async (claim) => {
            if (String(claim) === getShownClaim()) return panel.querySelector("[data-shown]").dataset.lastMove;
            return parseArticle(await fetchClaim(claim)).dataset.lastMove;
        };

        /* Several at once ------------------------------------------------------------------------------------------- */

        let selectedItems = [];
        const setSelection = (newSelection) => {
            selectedItems = newSelection;
            items.forEach((item) => item.toggleAttribute("data-selected", newSelection.includes(item)));
            const badge = root.querySelector("#triage-selected");
            badge.hidden = !newSelection.length;
            badge.textContent = interpolate(ngettext("%s selected", "%s selected", newSelection.length), [newSelection.length]);
        };
        const findRestOfArticle = () => {
            const article = findItem(getShownClaim())?.closest("[data-article]");
            return article?.dataset.article ? [...article.querySelectorAll("li[data-claim]")].filter(isOpen) : [];
        };
        const toggleSelection = () => {
            const item = findItem(getShownClaim());
            if (!item) return;
            setSelection(selectedItems.includes(item) ? selectedItems.filter((one) => one !== item) : [...selectedItems, item]);
        };

        /* Keys and buttons ------------------------------------------------------------------------------------------ */

        // Those of a form that offer something are numbered; the words of one's own are “0”.
        const numberOptions = (part) => {
            part.querySelectorAll(".triage-choice ol").forEach((list) => {
                list.querySelectorAll(":scope > li kbd").forEach((key, at) => {
                    key.textContent = at < 9 ? String(at + 1) : "";
                });
            });
        };
        const findOpenPanel = () => panel.querySelector("details.triage-move[open]");
        const pressNumber = (digit) => {
            const form = findOpenPanel()?.querySelector("form");
            if (!form) return;
            if (digit === 0) form.querySelector("[data-own-words]")?.focus();
            else form.querySelectorAll(".triage-option")[digit - 1]?.click();
        };
        const pressKey = (key) => panel.querySelector(`[data-key="${key}"]`)?.click();
        const makeRestAction = (key) => () => {
            setSelection(findRestOfArticle());
            pressKey(key);
        };

        root.addEventListener("submit", (event) => {
            event.preventDefault();
            if (event.target === undoForm) enqueue(undo);
            else decide(event.target, event.submitter, selectedItems);
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
        let searchCount = 0;
        root.addEventListener("input", (event) => {
            const field = event.target;
            if (!field.matches("[data-search-claims]")) return;
            const words = field.value.trim();
            searchCount += 1;
            const current = searchCount;
            if (words.length < 3 || /^\d+$/.test(words)) return;
            setTimeout(async () => {
                if (current !== searchCount) return;
                const query = new URLSearchParams({ term: words, app_label: "claims", model_name: "claim", field_name: "merged_into" });
                const answer = await fetch(`${root.dataset.search}?${query}`);
                if (!answer.ok || current !== searchCount) return;
                const { results } = await answer.json();
                const list = field.form.querySelector("[data-results]");
                list.replaceChildren(
                    ...results
                        .filter((one) => one.id !== getShownClaim())
                        .slice(0, 9)
                        .map((one) => {
                            const row = document.createElement("li");
                            row.innerHTML = '<button type="submit" name="into" class="triage-option"><kbd class="desk-key"></kbd><span dir="auto"></span></button>';
                            row.querySelector("button").value = one.id;
                            row.querySelector("span").textContent = one.text;
                            return row;
                        }),
                );
                numberOptions(field.form.closest("details"));
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
            const own = event.target.closest(".triage-own-words").querySelector("button");
            if (event.target.value.trim()) event.target.form.requestSubmit(own);
        });

        const { add } = window.deskKeys;
        add("j", translate("Next proposal"), () => step(1), { repeats: true });
        add("k", translate("Previous proposal"), () => step(-1), { repeats: true });
        add("x", translate("Select, to decide several at once"), toggleSelection);
        add("A", translate("Accept the rest of the article"), makeRestAction("a"));
        add("D", translate("Decline the rest of the article"), makeRestAction("d"));
        add("S", translate("Assign the rest of the article"), makeRestAction("s"));
        add("T", translate("Add a topic to the rest of the article"), makeRestAction("t"));
        add("0", translate("In your own words"), () => pressNumber(0));
        for (let digit = 1; digit <= 9; digit += 1) {
            add(String(digit), interpolate(translate("Choice %s in the open panel"), [digit]), () => pressNumber(digit));
        }
        add("Escape", translate("Close the panel, clear the selection"), () => {
            const details = findOpenPanel();
            if (details) details.open = false;
            setSelection([]);
        });

        numberOptions(panel);
        if (window.matchMedia("(max-width: 63.99rem)").matches) root.querySelector("#triage-list")?.removeAttribute("open");
        prefetchNext();
    });
})();
