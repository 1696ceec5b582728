/* The board: a card goes to another column by dragging it or by its menu (M), in both ways through the same form. What
   can be done with a card the page says; whether it may be done the server says. */
(() => {
    "use strict";

    const board = document.querySelector("[data-board]");
    const dialog = document.querySelector(".desk-board-dialog");
    const moves = JSON.parse(document.getElementById("board-moves").textContent);
    const statusLine = document.querySelector("[data-status]");
    const form = dialog.querySelector("form");
    const findPart = (name) => dialog.querySelector(`[data-${name}]`);
    const getMoves = (card) => moves[card.dataset.state] ?? [];
    const getTitle = (column) => column.querySelector("h2").firstChild.textContent.trim();

    /* Asking ---------------------------------------------------------------------------------------------------------- */

    const openDialog = (card, title) => {
        const { kind, pk, lastMove } = card.dataset;
        form.elements.subject.value = kind;
        form.elements.pk.value = pk;
        form.elements.last_move.value = lastMove;
        form.elements.note.value = "";
        dialog.querySelector("h2").textContent = title;
        findPart("about").textContent = card.querySelector("a").textContent;
        findPart("choices").replaceChildren();
        findPart("note-form").hidden = true;
        if (!dialog.open) dialog.showModal();
    };
    // Asks for the note, where the move takes one; else it is made at once.
    const askForNote = (move) => {
        form.elements.action.value = move.action;
        form.elements.note.required = move.required;
        if (!move.note) {
            form.requestSubmit();
            return;
        }
        findPart("choices").replaceChildren();
        dialog.querySelector("h2").textContent = move.label;
        const label = findPart("note-form").querySelector("label");
        label.textContent = move.required ? move.note : `${move.note} (${gettext("optional")})`;
        findPart("note-form").querySelector("button").textContent = move.label;
        findPart("note-form").hidden = false;
        form.elements.note.focus();
    };
    const chooseMove = (card) => {
        openDialog(card, gettext("Move this card"));
        const buttons = getMoves(card).map((move) => {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "desk-button";
            button.textContent = move.label;
            button.addEventListener("click", () => askForNote(move));
            return button;
        });
        if (buttons.length) findPart("choices").append(...buttons);
        else findPart("choices").textContent = gettext("You cannot move this card from here. Open it to see the reason.");
        (buttons[0] ?? findPart("close")).focus();
    };
    findPart("close").addEventListener("click", () => dialog.close());
    let opener = null;
    dialog.addEventListener("close", () => opener?.focus());

    /* Dragging -------------------------------------------------------------------------------------------------------- */

    let draggedCard = null;
    const findMove = (card, column) => getMoves(card).find((move) => move.to && move.to === column.dataset.column);
    const findColumn = (event) => event.target.closest?.("[data-column]");
    const markColumns = () => {
        board.querySelectorAll("[data-column]").forEach((column) => {
            column.classList.toggle("desk-column-open", draggedCard !== null && Boolean(findMove(draggedCard, column)));
        });
    };
    board.addEventListener("dragstart", (event) => {
        draggedCard = event.target.closest?.("[data-kind]") ?? null;
        if (!draggedCard) return;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", draggedCard.querySelector("a").href);
        markColumns();
    });
    board.addEventListener("dragover", (event) => {
        const column = findColumn(event);
        if (draggedCard && column && findMove(draggedCard, column)) event.preventDefault();
    });
    board.addEventListener("dragend", () => {
        draggedCard = null;
        markColumns();
    });
    board.addEventListener("drop", (event) => {
        const column = findColumn(event);
        const card = draggedCard;
        const move = card && column && findMove(card, column);
        if (!move) return;
        event.preventDefault();
        opener = card.querySelector("a");
        openDialog(card, move.label);
        askForNote(move);
    });

    /* Keys ------------------------------------------------------------------------------------------------------------ */

    const columns = [...board.querySelectorAll("[data-column]")];
    const getCards = (column) => [...column.querySelectorAll("[data-kind]")];
    const moveFocus = (card, across, down) => {
        const column = card.closest("[data-column]");
        let cards = getCards(column);
        let place = cards.indexOf(card);
        if (across) {
            // Columns without cards are passed over.
            let next = columns.indexOf(column) + across;
            while (columns[next] && !getCards(columns[next]).length) next += across;
            if (!columns[next]) return;
            cards = getCards(columns[next]);
            place = Math.min(place, cards.length - 1);
            statusLine.textContent = getTitle(columns[next]);
        } else {
            place += down;
        }
        cards[place]?.querySelector("a").focus();
    };
    const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    board.addEventListener("keydown", (event) => {
        const card = event.target.closest?.("[data-kind]");
        if (!card || event.ctrlKey || event.altKey || event.metaKey) return;
        const isRightToLeft = getComputedStyle(board).direction === "rtl";
        if (DIRECTIONS[event.key]) {
            const [across, down] = DIRECTIONS[event.key];
            event.preventDefault();
            moveFocus(card, isRightToLeft ? -across : across, down);
        } else if (event.key.toLowerCase() === "m") {
            event.preventDefault();
            opener = card.querySelector("a");
            chooseMove(card);
        }
    });

    board.querySelectorAll("[data-kind]").forEach((card) => {
        card.querySelector("a").setAttribute("aria-describedby", "board-help");
        card.draggable = getMoves(card).some((move) => move.to);
        if (!getMoves(card).length) return;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "desk-board-more";
        button.textContent = gettext("Move…");
        button.addEventListener("click", () => {
            opener = card.querySelector("a");
            chooseMove(card);
        });
        card.append(button);
    });
})();
