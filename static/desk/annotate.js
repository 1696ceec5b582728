/* The article's page: moving through the text and what is noted in it, deciding about proposals, selecting words. Marks
   have no listeners of their own, and an answer of the server brings the parts of the page that changed. */
(() => {
    "use strict";

    const reading = document.getElementById("reading");
    if (!reading) return;
    const article = document.getElementById("article");
    const notes = document.getElementById("notes");
    const bar = document.getElementById("bar");
    const said = document.getElementById("said");
    const barWords = document.getElementById("bar-words");
    const barNote = document.getElementById("bar-note");
    const undoButton = document.getElementById("undo");
    const declining = document.getElementById("decline");
    const { base, lang: language } = reading.dataset;
    const snapshot = Number(reading.dataset.snapshot);
    const mayTriage = "mayTriage" in reading.dataset;
    const mayUse = new Set([...barWords.querySelectorAll("[data-use]")].map((button) => button.dataset.use));
    const behaviour = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    const { wordsOf, pointIn, sentencesOf, paragraphsOf } = window.deskWords;

    // What is moved into sight takes a layout, which the answer to a key need not wait for.
    const afterPaint = (work) => requestAnimationFrame(() => setTimeout(work));
    const tell = (sentence) => {
        said.textContent = sentence;
        bar.classList.toggle("desk-bar-empty", barWords.hidden && barNote.hidden && !sentence);
    };

    /* What is noted ------------------------------------------------------------------------------------------------- */

    const noteOf = (key) => document.getElementById(`note-${key}`);
    const keyOf = (note) => note.id.slice("note-".length);
    const claimOf = (key) => key.slice(1);
    const marksOf = (key) => article.querySelectorAll(`#at-${CSS.escape(key)}, mark[data-note="${CSS.escape(key)}"]`);
    const keyOfMark = (mark) => mark.dataset.note || mark.id.slice("at-".length);
    const isProposed = (note) => note.classList.contains("proposed");
    let current = null;
    // What is selected, as a range of its own: pressing a button takes a selection away on some devices.
    let held = null;
    const decisions = [];

    const count = () => {
        const waiting = notes.querySelectorAll("li.proposed").length;
        const all = notes.children.length;
        document.getElementById("notes-count").textContent = all
            ? interpolate(gettext("%s noted, %s awaiting a decision"), [all, waiting])
            : "";
        document.getElementById("notes-none").hidden = all > 0;
    };

    const showBar = () => {
        const note = current && noteOf(current);
        const isWords = Boolean(held) && mayUse.size > 0;
        barWords.hidden = !isWords;
        barNote.hidden = isWords || !note;
        if (note && !isWords) {
            document.getElementById("bar-state").textContent = note.querySelector("b").textContent;
            document.getElementById("bar-statement").textContent = note.querySelector("a").textContent;
            document.getElementById("bar-page").href = note.querySelector("small a").href;
            for (const button of barNote.querySelectorAll("[data-decide]")) {
                button.hidden = !isProposed(note);
            }
        }
        if (undoButton) undoButton.hidden = decisions.length === 0;
        bar.classList.toggle("desk-bar-empty", barWords.hidden && barNote.hidden && !said.textContent);
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
        const note = key && noteOf(key);
        if (note) {
            note.setAttribute("aria-current", "true");
            const marks = marksOf(key);
            marks.forEach((mark) => mark.classList.add("current"));
            afterPaint(() => {
                if (key !== current) return;
                if (scroll) marks[0]?.scrollIntoView({ block: "center", behavior: behaviour });
                showNote(note);
            });
        }
        showBar();
    };

    /* Parts of the page as they are now: paragraphs by where they begin, and the note in its place in the list. */
    const apply = (payload) => {
        const made = document.createElement("template");
        for (const [at, html] of Object.entries(payload.paragraphs || {})) {
            made.innerHTML = html; // made by the server, which escapes the text
            article.querySelector(`p[data-at="${CSS.escape(at)}"]`)?.replaceWith(made.content);
        }
        if (payload.key) {
            const old = noteOf(payload.key);
            made.innerHTML = payload.note;
            const note = made.content.querySelector("li");
            if (!note) {
                old?.remove();
                marksOf(payload.key).forEach((mark) => mark.replaceWith(...mark.childNodes));
            } else if (old) {
                old.replaceWith(note);
            } else {
                const at = Number(note.dataset.at ?? Infinity);
                const later = [...notes.children].find((each) => Number(each.dataset.at ?? Infinity) > at);
                notes.insertBefore(note, later || null);
            }
        }
        if (payload.said) tell(payload.said);
        count();
        choose(current, { scroll: false });
    };
    const noted = (payload) => {
        getSelection().removeAllRanges();
        held = null;
        current = payload.key;
        apply(payload);
    };
    window.deskNoted = noted;

    const neighbour = (step, isWanted) => {
        const all = [...notes.children];
        const from = current ? all.indexOf(noteOf(current)) : step > 0 ? -1 : all.length;
        for (let at = from + step; at >= 0 && at < all.length; at += step) {
            if (isWanted(all[at])) return keyOf(all[at]);
        }
        return null;
    };
    const isWaiting = (note) => isProposed(note) && note.getAttribute("aria-busy") !== "true";
    const go = (step, isWanted, nothing) => {
        const key = neighbour(step, isWanted);
        if (!key) return tell(nothing);
        drop();
        tell("");
        choose(key);
    };

    /* Deciding ------------------------------------------------------------------------------------------------------ */

    const decide = async (key, action, note = "", { stay = false } = {}) => {
        const item = noteOf(key);
        if (!item || item.getAttribute("aria-busy") === "true") return;
        item.setAttribute("aria-busy", "true");
        if (!stay) choose(neighbour(1, isWaiting) || neighbour(-1, isWaiting) || key);
        try {
            const body = { snapshot, last_move: item.dataset.move || "0", note };
            const payload = await window.deskPost(`${base}claims/${claimOf(key)}/${action}/`, body);
            if (action !== "reconsider") decisions.push(key);
            apply(payload);
            if (stay) choose(key);
        } catch (refusal) {
            item.removeAttribute("aria-busy");
            if (refusal.payload) apply(refusal.payload);
            choose(key);
            tell(refusal.message);
        }
    };
    const decideCurrent = (action) => {
        const item = current && noteOf(current);
        if (!item || !isProposed(item)) return tell(gettext("Choose a proposed claim first: press n for the next one."));
        if (action === "accept") return decide(current, "accept");
        declining.dataset.note = current;
        document.getElementById("decline-statement").textContent = item.querySelector("a").textContent;
        declining.showModal();
        declining.querySelector("[data-reason]").focus();
    };
    const undo = () => {
        const key = decisions.pop();
        if (!key) return tell(gettext("Nothing to undo: no decisions were made on this page."));
        decide(key, "reconsider", "", { stay: true });
    };

    if (mayTriage) {
        const form = document.getElementById("decline-form");
        const decline = (reason) => {
            declining.close();
            form.reset();
            decide(declining.dataset.note, "decline", reason);
        };
        declining.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (button?.dataset.reason) decline(button.dataset.reason);
            if (button?.dataset.close !== undefined || event.target === declining) declining.close();
        });
        declining.addEventListener("keydown", (event) => {
            if (event.target.tagName === "INPUT" || event.ctrlKey || event.altKey || event.metaKey) return;
            declining.querySelectorAll("[data-reason]")[Number(event.key) - 1]?.click();
        });
        declining.addEventListener("close", () => article.focus({ preventScroll: true }));
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
    const drop = () => {
        getSelection().removeAllRanges();
        held = null;
    };
    const hold = () => {
        const selection = getSelection();
        const range = selection.rangeCount ? selection.getRangeAt(0) : null;
        const isInside = range && !range.collapsed && article.contains(selection.anchorNode);
        if (isInside) held = range.cloneRange();
        else if (!isPressed && !document.querySelector("dialog:modal")) held = null;
        showBar();
    };
    let isDue = false;
    document.addEventListener("selectionchange", () => {
        if (isDue) return;
        isDue = true;
        requestAnimationFrame(() => {
            isDue = false;
            hold();
        });
    });
    bar.addEventListener("pointerdown", () => (isPressed = true));
    document.addEventListener("pointerup", () => setTimeout(() => (isPressed = false), 300));
    bar.addEventListener("mousedown", (event) => event.preventDefault());

    const use = (how) => {
        hold();
        const words = held && wordsOf(article, held);
        if (!words) return tell(gettext("Select words in the text first."));
        window.deskDialog.open(words, how, noted);
    };
    barWords.addEventListener("click", (event) => {
        const how = event.target.closest("[data-use]")?.dataset.use;
        if (how) use(how);
    });

    article.addEventListener("click", (event) => {
        const mark = event.target.closest("mark");
        if (mark && getSelection().isCollapsed) choose(keyOfMark(mark), { scroll: false });
    });
    notes.addEventListener("click", (event) => {
        const link = event.target.closest("a");
        if (link && !link.hash.startsWith("#at-")) return;
        const note = event.target.closest("li");
        if (!note) return;
        if (link) event.preventDefault();
        drop();
        choose(keyOf(note));
        // Who follows the link by keyboard goes on from the place that it leads to, whose next stop are the buttons.
        if (link && event.detail === 0) article.focus({ preventScroll: true });
    });

    /* The text without a mouse: sentence by sentence ---------------------------------------------------------------- */

    // The first and last selected sentence, each as [number of the paragraph, number of the sentence in it].
    let [first, last] = [null, null];
    const sentences = (number) => sentencesOf(paragraphsOf(article)[number], language);
    const beside = ([number, index], step) => {
        if (index + step >= 0 && index + step < sentences(number).length) return [number, index + step];
        const paragraphs = paragraphsOf(article);
        for (let at = number + step; at >= 0 && at < paragraphs.length; at += step) {
            const cut = sentencesOf(paragraphs[at], language);
            if (cut.length) return [at, step > 0 ? 0 : cut.length - 1];
        }
        return null;
    };
    const firstInSight = () => {
        const top = document.querySelector("header")?.getBoundingClientRect().bottom || 0;
        const number = paragraphsOf(article).findIndex((each) => each.getBoundingClientRect().bottom > Math.max(top, 0) + 40);
        return number < 0 ? null : [number, 0];
    };
    const isSelected = () => held && first && last;
    const select = () => {
        const paragraphs = paragraphsOf(article);
        const start = pointIn(paragraphs[first[0]], sentences(first[0])[first[1]][0]);
        const end = pointIn(paragraphs[last[0]], sentences(last[0])[last[1]][1]);
        article.focus({ preventScroll: true });
        getSelection().setBaseAndExtent(...start, ...end);
        held = getSelection().getRangeAt(0).cloneRange();
        paragraphs[last[0]].scrollIntoView({ block: "nearest" });
        showBar();
    };
    const step = (by) => {
        const next = isSelected() ? beside(by > 0 ? last : first, by) : last ? beside(last, by) || last : firstInSight();
        if (!next) return;
        [first, last] = [next, next];
        select();
    };
    const extend = (by) => {
        if (!isSelected()) return step(1);
        if (by > 0) last = beside(last, 1) || last;
        else if (first[0] === last[0] && first[1] === last[1]) first = beside(first, -1) || first;
        else last = beside(last, -1) || last;
        select();
    };
    /* Whoever has selected with the mouse goes on from there. */
    article.addEventListener("pointerup", (event) => {
        const number = paragraphsOf(article).indexOf(event.target.closest("p[data-at]"));
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
        } else if (event.shiftKey && held && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
            const unit = event.ctrlKey || event.altKey ? "word" : "character";
            getSelection().modify("extend", event.key === "ArrowLeft" ? "left" : "right", unit);
        } else if (event.key === "Enter" && held && mayUse.has("claim")) {
            use("claim");
        } else if (event.key === "Escape" && held) {
            drop();
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
    if (mayUse.has("claim")) keys.add("c", gettext("Create a claim from the selected words; also Enter"), () => use("claim"));
    if (mayUse.has("appearance")) keys.add("t", gettext("Attach the selected words to a claim"), () => use("appearance"));
    if (mayUse.has("evidence")) keys.add("e", gettext("Use the selected words as evidence"), () => use("evidence"));
    keys.add("n", gettext("Next proposal"), () => go(1, isWaiting, gettext("No further proposal below.")), { repeats: true });
    keys.add("p", gettext("Previous proposal"), () => go(-1, isWaiting, gettext("No further proposal above.")), { repeats: true });
    if (mayTriage) {
        keys.add("a", gettext("Accept the proposal"), () => decideCurrent("accept"));
        keys.add("d", gettext("Decline the proposal"), () => decideCurrent("decline"));
        keys.add("u", gettext("Undo the last decision"), undo);
    }

    /* ----------------------------------------------------------------------------------------------------------------- */

    const arrive = () => {
        const key = decodeURIComponent(location.hash).replace(/^#at-/, "");
        if (key !== location.hash && noteOf(key)) choose(key);
    };
    window.addEventListener("hashchange", arrive);
    document.getElementById("snapshot")?.addEventListener("change", ({ target }) => target.form.requestSubmit());
    count();
    arrive();
})();
