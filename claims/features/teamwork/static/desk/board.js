/* The board: a card goes to another column by dragging it or by its menu (M), in both ways through the same form. What
   can be done with a card the page says; whether it may be done the server says. */
(() => {
    "use strict";

    const board = document.querySelector("[data-board]");
    const dialog = document.querySelector(".desk-board-dialog");
    const moves = JSON.parse(document.getElementById("board-moves").textContent);
    const said = document.querySelector("[data-said]");
    const form = dialog.querySelector("form");
    const part = (name) => dialog.querySelector(`[data-${name}]`);
    const movesOf = (card) => moves[card.dataset.state] ?? [];
    const titleOf = (column) => column.querySelector("h2").firstChild.textContent.trim();

    /* Asking ---------------------------------------------------------------------------------------------------------- */

    const open = (card, title) => {
        const { kind, pk, lastMove } = card.dataset;
        form.elements.subject.value = kind;
        form.elements.pk.value = pk;
        form.elements.last_move.value = lastMove;
        form.elements.note.value = "";
        dialog.querySelector("h2").textContent = title;
        part("about").textContent = card.querySelector("a").textContent;
        part("choices").replaceChildren();
        part("asked").hidden = true;
        if (!dialog.open) dialog.showModal();
    };
    // Asks for the note, where the move takes one; else it is made at once.
    const ask = (move) => {
        form.elements.action.value = move.action;
        form.elements.note.required = move.required;
        if (!move.note) {
            form.requestSubmit();
            return;
        }
        part("choices").replaceChildren();
        dialog.querySelector("h2").textContent = move.label;
        const label = part("asked").querySelector("label");
        label.textContent = move.required ? move.note : `${move.note} (${gettext("optional")})`;
        part("asked").querySelector("button").textContent = move.label;
        part("asked").hidden = false;
        form.elements.note.focus();
    };
    const choose = (card) => {
        open(card, gettext("Move this card"));
        const buttons = movesOf(card).map((move) => {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "desk-button";
            button.textContent = move.label;
            button.addEventListener("click", () => ask(move));
            return button;
        });
        if (buttons.length) part("choices").append(...buttons);
        else part("choices").textContent = gettext("You cannot move this card from here. Open it to see the reason.");
        (buttons[0] ?? part("close")).focus();
    };
    part("close").addEventListener("click", () => dialog.close());
    let opener = null;
    dialog.addEventListener("close", () => opener?.focus());

    /* Dragging -------------------------------------------------------------------------------------------------------- */

    let dragged = null;
    const moveTo = (card, column) => movesOf(card).find((move) => move.to && move.to === column.dataset.column);
    const columnAt = (event) => event.target.closest?.("[data-column]");
    const mark = () => {
        board.querySelectorAll("[data-column]").forEach((column) => {
            column.classList.toggle("desk-column-open", dragged !== null && Boolean(moveTo(dragged, column)));
        });
    };
    board.addEventListener("dragstart", (event) => {
        dragged = event.target.closest?.("[data-kind]") ?? null;
        if (!dragged) return;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", dragged.querySelector("a").href);
        mark();
    });
    board.addEventListener("dragover", (event) => {
        const column = columnAt(event);
        if (dragged && column && moveTo(dragged, column)) event.preventDefault();
    });
    board.addEventListener("dragend", () => {
        dragged = null;
        mark();
    });
    board.addEventListener("drop", (event) => {
        const column = columnAt(event);
        const card = dragged;
        const move = card && column && moveTo(card, column);
        if (!move) return;
        event.preventDefault();
        opener = card.querySelector("a");
        open(card, move.label);
        ask(move);
    });

    /* Keys ------------------------------------------------------------------------------------------------------------ */

    const columns = [...board.querySelectorAll("[data-column]")];
    const cardsOf = (column) => [...column.querySelectorAll("[data-kind]")];
    const go = (card, across, down) => {
        const column = card.closest("[data-column]");
        let cards = cardsOf(column);
        let place = cards.indexOf(card);
        if (across) {
            // Columns without cards are passed over.
            let next = columns.indexOf(column) + across;
            while (columns[next] && !cardsOf(columns[next]).length) next += across;
            if (!columns[next]) return;
            cards = cardsOf(columns[next]);
            place = Math.min(place, cards.length - 1);
            said.textContent = titleOf(columns[next]);
        } else {
            place += down;
        }
        cards[place]?.querySelector("a").focus();
    };
    const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    board.addEventListener("keydown", (event) => {
        const card = event.target.closest?.("[data-kind]");
        if (!card || event.ctrlKey || event.altKey || event.metaKey) return;
        const isRightToLeft = getComputedStyle(board).direction === "rtl";
        if (WAYS[event.key]) {
            const [across, down] = WAYS[event.key];
            event.preventDefault();
            go(card, isRightToLeft ? -across : across, down);
        } else if (event.key.toLowerCase() === "m") {
            event.preventDefault();
            opener = card.querySelector("a");
            choose(card);
        }
    });

    board.querySelectorAll("[data-kind]").forEach((card) => {
        card.querySelector("a").setAttribute("aria-describedby", "board-help");
        card.draggable = movesOf(card).some((move) => move.to);
        if (!movesOf(card).length) return;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "desk-board-more";
        button.textContent = gettext("Move…");
        button.addEventListener("click", () => {
            opener = card.querySelector("a");
            choose(card);
        });
        card.append(button);
    });
})();
