/* The article's page: moving through the text and what is noted in it, deciding about proposals, selecting words. Marks
   have no listeners of their own, and an answer of the server brings the parts of the page that changed. */
(() => {
    "use strict";

    const reading = document.getElementById("reading");
    if (!reading) return;
    const article = document.getElementById("article");
    const notes = document.getElementById("notes");
    const bar = document.getElementById("bar");
    const statusLine = document.getElementById("status");
    const barSelection = document.getElementById("bar-words");
    const barNote = document.getElementById("bar-note");
    const undoButton = document.getElementById("undo");
    const declineDialog = document.getElementById("decline");
    const { base, lang: language } = reading.dataset;
    const snapshot = Number(reading.dataset.snapshot);
    const mayTriage = "mayTriage" in reading.dataset;
    const mayUse = new Set([...barSelection.querySelectorAll("[data-use]")].map((button) => button.dataset.use));
    const behaviour = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    const { getQuote, findPoint, getSentences, getParagraphs } = window.deskSelection;

    // What is moved into sight takes a layout, which the answer to a key need not wait for.
    const runAfterPaint = (action) => requestAnimationFrame(() => setTimeout(action));
    const showStatus = (sentence) => {
        statusLine.textContent = sentence;
        bar.classList.toggle("desk-bar-empty", barSelection.hidden && barNote.hidden && !sentence);
    };

    /* What is noted ------------------------------------------------------------------------------------------------- */

    const findNote = (key) => document.getElementById(`note-${key}`);
    const getKey = (note) => note.id.slice("note-".length);
    const getClaim = (key) => key.slice(1);
    const findMarks = (key) => article.querySelectorAll(`#at-${CSS.escape(key)}, mark[data-note="${CSS.escape(key)}"]`);
    const getMarkKey = (mark) => mark.dataset.note || mark.id.slice("at-".length);
    const isProposed = (note) => note.classList.contains("proposed");
    let current = null;
    // What is selected, as a range of its own: pressing a button takes a selection away on some devices.
    let selectedRange = null;
    const decisions = [];

    const updateCount = () => {
        const waiting = notes.querySelectorAll("li.proposed").length;
        const all = notes.children.length;
        document.getElementById("notes-count").textContent = all
            ? interpolate(gettext("%s noted, %s awaiting a decision"), [all, waiting])
            : "";
        document.getElementById("notes-none").hidden = all > 0;
    };

    const showBar = () => {
        const note = current && findNote(current);
        const hasSelection = Boolean(selectedRange) && mayUse.size > 0;
        barSelection.hidden = !hasSelection;
        barNote.hidden = hasSelection || !note;
        if (note && !hasSelection) {
            document.getElementById("bar-state").textContent = note.querySelector("b").textContent;
            document.getElementById("bar-statement").textContent = note.querySelector("a").textContent;
            document.getElementById("bar-page").href = note.querySelector("small a").href;
            for (const button of barNote.querySelectorAll("[data-decide]")) {
                button.hidden = !isProposed(note);
            }
        }
        if (undoButton) undoButton.hidden = decisions.length === 0;
        bar.classList.toggle("desk-bar-empty", barSelection.hidden && barNote.hidden && !statusLine.textContent);
    };

    /* The list scrolls by itself: the page is where the text is read. */
    const showNote = (note) => {
        const [box, line] = [notes.getBoundingClientRect(), note.getBoundingClientRect()];
        if (line.top < box.top) notes.scrollTop += line.top - box.top - 8;
        else if (line.bottom > box.bottom) notes.scrollTop += line.bottom - box.bottom + 8;
    };

    const choose = (key, { scroll = true } = {}) => {
        article.querySelectorAll("mark.current").forEach((mark) => mark.classList.remove("current"));
        notes.querySelector("[aria-current]")?.removeAttribute("aria-current");
        current = key;
        const note = key && findNote(key);
        if (note) {
            note.setAttribute("aria-current", "true");
            const marks = findMarks(key);
            marks.forEach((mark) => mark.classList.add("current"));
            runAfterPaint(() => {
                if (key !== current) return;
                if (scroll) marks[0]?.scrollIntoView({ block: "center", behavior: behaviour });
                showNote(note);
            });
        }
        showBar();
    };

    /* Parts of the page as they are now: paragraphs by where they begin, and the note in its place in the list. */
    const apply = (payload) => {
        const template = document.createElement("template");
        for (const [at, html] of Object.entries(payload.paragraphs || {})) {
            template.innerHTML = html; // made by the server, which escapes the text
            article.querySelector(`p[data-at="${CSS.escape(at)}"]`)?.replaceWith(template.content);
        }
        if (payload.key) {
            const old = findNote(payload.key);
            template.innerHTML = payload.note;
            const note = template.content.querySelector("li");
            if (!note) {
                old?.remove();
                findMarks(payload.key).forEach((mark) => mark.replaceWith(...mark.childNodes));
            } else if (old) {
                old.replaceWith(note);
            } else {
                const at = Number(note.dataset.at ?? Infinity);
                const later = [...notes.children].find((each) => Number(each.dataset.at ?? Infinity) > at);
                notes.insertBefore(note, later || null);
            }
        }
        if (payload.message) showStatus(payload.message);
        updateCount();
        choose(current, { scroll: false });
    };
    const showNewNote = (payload) => {
        getSelection().removeAllRanges();
        selectedRange = null;
        current = payload.key;
        apply(payload);
    };
    window.deskShowNote = showNewNote;

    const findNeighbour = (step, isWanted) => {
        const all = [...notes.children];
        const from = current ? all.indexOf(findNote(current)) : step > 0 ? -1 : all.length;
        for (let at = from + step; at >= 0 && at < all.length; at += step) {
            if (isWanted(all[at])) return getKey(all[at]);
        }
        return null;
    };
    const isWaiting = (note) => isProposed(note) && note.getAttribute("aria-busy") !== "true";
    const goToNext = (step, isWanted, emptyMessage) => {
        const key = findNeighbour(step, isWanted);
        if (!key) return showStatus(emptyMessage);
        clearSelection();
        showStatus("");
        choose(key);
    };

    /* Deciding ------------------------------------------------------------------------------------------------------ */

    const decide = async (key, action, note = "", { stay = false } = {}) => {
        const item = findNote(key);
        if (!item || item.getAttribute("aria-busy") === "true") return;
        item.setAttribute("aria-busy", "true");
        if (!stay) choose(findNeighbour(1, isWaiting) || findNeighbour(-1, isWaiting) || key);
        try {
            const body = { snapshot, last_move: item.dataset.move || "0", note };
            const payload = await window.deskPost(`${base}claims/${getClaim(key)}/${action}/`, body);
            if (action !== "reconsider") decisions.push(key);
            apply(payload);
            if (stay) choose(key);
        } catch (refusal) {
            item.removeAttribute("aria-busy");
            if (refusal.payload) apply(refusal.payload);
            choose(key);
            showStatus(refusal.message);
        }
    };
    const decideCurrent = (action) => {
        const item = current && findNote(current);
        if (!item || !isProposed(item)) return showStatus(gettext("Choose a proposed claim first: press n for the next one."));
        if (action === "accept") return decide(current, "accept");
        declineDialog.dataset.note = current;
        document.getElementById("decline-statement").textContent = item.querySelector("a").textContent;
        declineDialog.showModal();
        declineDialog.querySelector("[data-reason]").focus();
    };
    const undo = () => {
        const key = decisions.pop();
        if (!key) return showStatus(gettext("Nothing to undo: no decisions were made on this page."));
        decide(key, "reconsider", "", { stay: true });
    };

    if (mayTriage) {
        const form = document.getElementById("decline-form");
        const decline = (reason) => {
            declineDialog.close();
            form.reset();
            decide(declineDialog.dataset.note, "decline", reason);
        };
        declineDialog.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (button?.dataset.reason) decline(button.dataset.reason);
            if (button?.dataset.close !== undefined || event.target === declineDialog) declineDialog.close();
        });
        declineDialog.addEventListener("keydown", (event) => {
            if (event.target.tagName === "INPUT" || event.ctrlKey || event.altKey || event.metaKey) return;
            declineDialog.querySelectorAll("[data-reason]")[Number(event.key) - 1]?.click();
        });
        declineDialog.addEventListener("close", () => article.focus({ preventScroll: true }));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            const reason = form.elements.note.value.trim();
            if (reason) {
                window.deskForms?.markSaved?.(form);
                decline(reason);
            }
        });
        barNote.addEventListener("click", (event) => {
            const action = event.target.closest("[data-decide]")?.dataset.decide;
            if (action) decideCurrent(action);
        });
        undoButton.addEventListener("click", undo);
    }

    /* Selecting words ----------------------------------------------------------------------------------------------- */

    let isPressed = false;
    const clearSelection = () => {
        getSelection().removeAllRanges();
        selectedRange = null;
    };
    const updateSelection = () => {
        const selection = getSelection();
        const range = selection.rangeCount ? selection.getRangeAt(0) : null;
        const isInside = range && !range.collapsed && article.contains(selection.anchorNode);
        if (isInside) selectedRange = range.cloneRange();
        else if (!isPressed && !document.querySelector("dialog:modal")) selectedRange = null;
        showBar();
    };
    let isScheduled = false;
    document.addEventListener("selectionchange", () => {
        if (isScheduled) return;
        isScheduled = true;
        requestAnimationFrame(() => {
            isScheduled = false;
            updateSelection();
        });
    });
    bar.addEventListener("pointerdown", () => (isPressed = true));
    document.addEventListener("pointerup", () => setTimeout(() => (isPressed = false), 300));
    bar.addEventListener("mousedown", (event) => event.preventDefault());

    const openDialog = (use) => {
        updateSelection();
        const quote = selectedRange && getQuote(article, selectedRange);
        if (!quote) return showStatus(gettext("Select words in the text first."));
        window.deskDialog.open(quote, use, showNewNote);
    };
    barSelection.addEventListener("click", (event) => {
        const use = event.target.closest("[data-use]")?.dataset.use;
        if (use) openDialog(use);
    });

    article.addEventListener("click", (event) => {
        const mark = event.target.closest("mark");
        if (mark && getSelection().isCollapsed) choose(getMarkKey(mark), { scroll: false });
    });
    notes.addEventListener("click", (event) => {
        const link = event.target.closest("a");
        if (link && !link.hash.startsWith("#at-")) return;
        const note = event.target.closest("li");
        if (!note) return;
        if (link) event.preventDefault();
        clearSelection();
        choose(getKey(note));
        // Who follows the link by keyboard goes on from the place that it leads to, whose next stop are the buttons.
        if (link && event.detail === 0) article.focus({ preventScroll: true });
    });

    /* The text without a mouse: sentence by sentence ---------------------------------------------------------------- */

    // The first and last selected sentence, each as [number of the paragraph, number of the sentence in it].
    let [first, last] = [null, null];
    const getSentencesAt = (number) => getSentences(getParagraphs(article)[number], language);
    const findBeside = ([number, index], step) => {
        if (index + step >= 0 && index + step < getSentencesAt(number).length) return [number, index + step];
        const paragraphs = getParagraphs(article);
        for (let at = number + step; at >= 0 && at < paragraphs.length; at += step) {
            const sentences = getSentences(paragraphs[at], language);
            if (sentences.length) return [at, step > 0 ? 0 : sentences.length - 1];
        }
        return null;
    };
    const findFirstVisible = () => {
        const top = document.querySelector("header")?.getBoundingClientRect().bottom || 0;
        const number = getParagraphs(article).findIndex((each) => each.getBoundingClientRect().bottom > Math.max(top, 0) + 40);
        return number < 0 ? null : [number, 0];
    };
    const isSelected = () => selectedRange && first && last;
    const select = () => {
        const paragraphs = getParagraphs(article);
        const start = findPoint(paragraphs[first[0]], getSentencesAt(first[0])[first[1]][0]);
        const end = findPoint(paragraphs[last[0]], getSentencesAt(last[0])[last[1]][1]);
        article.focus({ preventScroll: true });
        getSelection().setBaseAndExtent(...start, ...end);
        selectedRange = getSelection().getRangeAt(0).cloneRange();
        paragraphs[last[0]].scrollIntoView({ block: "nearest" });
        showBar();
    };
    const step = (by) => {
        const next = isSelected() ? findBeside(by > 0 ? last : first, by) : last ? findBeside(last, by) || last : findFirstVisible();
        if (!next) return;
        [first, last] = [next, next];
        select();
    };
    const extend = (by) => {
        if (!isSelected()) return step(1);
        if (by > 0) last = findBeside(last, 1) || last;
        else if (first[0] === last[0] && first[1] === last[1]) first = findBeside(first, -1) || first;
        else last = findBeside(last, -1) || last;
        select();
    };
    /* Whoever has selected with the mouse goes on from there. */
    article.addEventListener("pointerup", (event) => {
        const number = getParagraphs(article).indexOf(event.target.closest("p[data-at]"));
        [first, last] = number < 0 ? [null, null] : [[number, 0], [number, 0]];
        if (number >= 0) last = first;
    });
    const swap = () => {
        const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
        if (focusNode) getSelection().setBaseAndExtent(focusNode, focusOffset, anchorNode, anchorOffset);
    };

    article.addEventListener("keydown", (event) => {
        if (event.target !== article || event.metaKey || event.isComposing) return;
        const down = event.key === "ArrowDown";
        if ((down || event.key === "ArrowUp") && !event.ctrlKey && !event.altKey) {
            (event.shiftKey ? extend : step)(down ? 1 : -1);
        } else if (event.shiftKey && selectedRange && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
            const unit = event.ctrlKey || event.altKey ? "word" : "character";
            getSelection().modify("extend", event.key === "ArrowLeft" ? "left" : "right", unit);
        } else if (event.key === "Enter" && selectedRange && mayUse.has("claim")) {
            openDialog("claim");
        } else if (event.key === "Escape" && selectedRange) {
            clearSelection();
            showBar();
        } else {
            return;
        }
        event.preventDefault();
    });

    const keys = window.deskKeys;
    keys.add("j", gettext("Next sentence; also ↓ in the text"), () => step(1), { repeats: true });
    keys.add("k", gettext("Previous sentence; also ↑"), () => step(-1), { repeats: true });
    keys.add("J", gettext("Add the next sentence to the selection; also Shift ↓"), () => extend(1), { repeats: true });
    keys.add("K", gettext("Remove the last sentence from the selection, or add the one before; also Shift ↑"), () => extend(-1), { repeats: true });
    keys.add("o", gettext("Switch to the other end of the selection; Shift ← → moves that end by a character, with Ctrl by a word"), swap);
    if (mayUse.has("claim")) keys.add("c", gettext("Create a claim from the selected words; also Enter"), () => openDialog("claim"));
    if (mayUse.has("appearance")) keys.add("t", gettext("Attach the selected words to a claim"), () => openDialog("appearance"));
    if (mayUse.has("evidence")) keys.add("e", gettext("Use the selected words as evidence"), () => openDialog("evidence"));
    keys.add("n", gettext("Next proposal"), () => goToNext(1, isWaiting, gettext("No more proposals below.")), { repeats: true });
    keys.add("p", gettext("Previous proposal"), () => goToNext(-1, isWaiting, gettext("No more proposals above.")), { repeats: true });
    if (mayTriage) {
        keys.add("a", gettext("Accept the proposal"), () => decideCurrent("accept"));
        keys.add("d", gettext("Decline the proposal"), () => decideCurrent("decline"));
        keys.add("u", gettext("Undo the last decision"), undo);
    }

    /* ----------------------------------------------------------------------------------------------------------------- */

    const followHash = () => {
        const key = decodeURIComponent(location.hash).replace(/^#at-/, "");
        if (key !== location.hash && findNote(key)) choose(key);
    };
    window.addEventListener("hashchange", followHash);
    document.getElementById("snapshot")?.addEventListener("change", ({ target }) => target.form.requestSubmit());
    updateCount();
    followHash();
})();
