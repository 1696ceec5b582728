/* A toolbar over a text in Markdown, pictures of the claim inside it, and text pasted from Google Docs or Word keeps its links, lists and emphasis. */
(() => {
    "use strict";

    const translate = (text) => (window.gettext ? gettext(text) : text);

    // Undo knows what is inserted so.
    const insert = (field, text) => {
        field.focus();
        if (!document.execCommand("insertText", false, text)) {
            field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
            field.dispatchEvent(new Event("input", { bubbles: true }));
        }
    };
    const getSelectedText = (field) => field.value.slice(field.selectionStart, field.selectionEnd);
    const wrapWith = (mark, placeholder) => (field) => {
        const [start, text] = [field.selectionStart, getSelectedText(field) || placeholder];
        insert(field, mark + text + mark);
        field.setSelectionRange(start + mark.length, start + mark.length + text.length);
    };
    const insertLink = (field) => {
        const [start, text] = [field.selectionStart, getSelectedText(field) || translate("words")];
        insert(field, `[${text}](https://)`);
        field.setSelectionRange(start + text.length + 3, start + text.length + 11);
    };
    const prefixLines = (mark) => (field) => {
        const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
        field.setSelectionRange(start, field.selectionEnd);
        insert(field, getSelectedText(field).split("\n").map((line) => mark + line).join("\n"));
    };
    // The pictures of the claim that readers are shown, as its own rows show them.
    const togglePictures = (field) => {
        const open = field.parentElement.querySelector(".desk-markdown-pictures");
        if (open) return open.remove();
        const box = document.createElement("div");
        box.className = "desk-markdown-pictures";
        const pictures = [...document.querySelectorAll('#media-group img[data-picture^="/"]')];
        pictures.forEach((image) => {
            const button = document.createElement("button");
            button.type = "button";
            const thumbnail = Object.assign(document.createElement("img"), { src: image.src, alt: "" });
            const caption = Object.assign(document.createElement("span"), { textContent: image.alt, dir: "auto" });
            button.append(thumbnail, caption);
            button.addEventListener("click", () => {
                box.remove();
                const before = field.selectionStart && field.value[field.selectionStart - 1] !== "\n" ? "\n\n" : "";
                const alt = image.alt.replace(/\s+/g, " ").replace(/([\\[\]])/g, "\\$1");
                insert(field, `${before}![${alt}](${image.dataset.picture})\n\n`);
            });
            box.append(button);
        });
        if (!pictures.length) {
            const text = translate("Add a picture with an alternative text to the claim, and save.");
            box.append(Object.assign(document.createElement("a"), { href: "#media-group", textContent: text }));
        }
        field.before(box);
        box.firstElementChild.focus();
        box.addEventListener("keydown", (event) => {
            if (event.key !== "Escape") return;
            box.remove();
            field.focus();
        });
    };
    // Name, symbol, key with Ctrl, what it does.
    const TOOLS = [
        [translate("Bold"), "format_bold", "b", wrapWith("**", translate("bold"))],
        [translate("Italic"), "format_italic", "i", wrapWith("*", translate("italic"))],
        [translate("Link"), "link", "k", insertLink],
        [translate("List"), "format_list_bulleted", "", prefixLines("- ")],
        [translate("Quotation"), "format_quote", "", prefixLines("> ")],
        ...(document.getElementById("media-group") ? [[translate("Picture"), "image", "", togglePictures]] : []),
    ];

    // From HTML: what is bold, italic, a link or a list; everything else is its words.
    const escapeMarkdown = (text) => text.replace(/\s+/g, " ").replace(/([\\*_[\]`<])/g, "\\$1");
    const wrapText = (text, mark) => {
        const words = text.trim();
        return words ? text.replace(words, () => mark + words + mark) : text;
    };
    const isBold = ({ tagName, style }) =>
        style.fontWeight ? Number(style.fontWeight) >= 600 || style.fontWeight === "bold" : ["B", "STRONG"].includes(tagName);
    const isItalic = ({ tagName, style }) =>
        style.fontStyle ? style.fontStyle === "italic" : ["I", "EM"].includes(tagName);
    const BLOCK_TAGS = "P DIV H1 H2 H3 H4 H5 H6 BLOCKQUOTE TABLE TR UL OL SECTION ARTICLE".split(" ");
    const IGNORED_TAGS = "STYLE SCRIPT META TITLE HEAD IMG".split(" ");

    const convertChildren = (node, depth) => [...node.childNodes].map((child) => toMarkdown(child, depth)).join("");
    const convertItem = (node, depth, mark) => `${"    ".repeat(depth)}${mark} ${convertChildren(node, depth + 1).trim()}\n`;
    const toMarkdown = (node, depth = 0) => {
        if (node.nodeType === Node.TEXT_NODE) return escapeMarkdown(node.data);
        if (node.nodeType !== Node.ELEMENT_NODE || IGNORED_TAGS.includes(node.tagName)) return "";
        const css = node.getAttribute("style") || "";
        if (/mso-list:\s*ignore/i.test(css)) return ""; // the bullet that Word draws
        if (/mso-list:/i.test(css)) {
            const isNumbered = /^\s*\w+[.)]/.test(node.textContent);
            return convertItem(node, Number(/level(\d)/i.exec(css)?.[1] ?? 1) - 1, isNumbered ? "1." : "-");
        }
        if (node.tagName === "BR") return "\n";
        if (["UL", "OL"].includes(node.tagName)) {
            const mark = node.tagName === "OL" ? "1." : "-";
            const items = [...node.children].map((each) =>
                each.tagName === "LI" ? convertItem(each, depth, mark) : toMarkdown(each, depth + 1),
            );
            return depth ? `\n${items.join("")}` : `\n\n${items.join("")}\n`;
        }
        let text = convertChildren(node, depth);
        const isHeading = /^H\d$/.test(node.tagName);
        if (!isHeading && isItalic(node)) text = wrapText(text, "*");
        if (!isHeading && isBold(node)) text = wrapText(text, "**");
        const address = node.tagName === "A" ? node.getAttribute("href") || "" : "";
        if (/^https?:\/\//i.test(address) && text.trim()) text = `[${text.trim()}](${address.replace(/[()\s]/g, encodeURIComponent)})`;
        if (!BLOCK_TAGS.includes(node.tagName)) return text;
        return depth ? text : `\n\n${text.trim()}\n\n`;
    };
    const convertHtml = (html) =>
        convertChildren(new DOMParser().parseFromString(html, "text/html").body, 0)
            .replace(/[ \t]+\n/g, "\n")
            .replace(/\n{3,}/g, "\n\n")
            .trim();

    const addToolbar = (field) => {
        const bar = document.createElement("div");
        bar.className = "desk-markdown";
        bar.setAttribute("role", "toolbar");
        bar.setAttribute("aria-label", translate("Format the text"));
        bar.setAttribute("aria-controls", field.id);
        const toolsByKey = new Map();
        TOOLS.forEach(([name, iconName, key, tool], number) => {
            const button = document.createElement("button");
            button.type = "button";
            const icon = Object.assign(document.createElement("span"), { className: "material-symbols-outlined", textContent: iconName });
            icon.setAttribute("aria-hidden", "true");
            button.append(icon);
            button.title = key ? `${name} (Ctrl+${key.toUpperCase()})` : name;
            button.setAttribute("aria-label", name);
            button.tabIndex = number ? -1 : 0;
            button.addEventListener("click", () => tool(field));
            bar.append(button);
            if (key) toolsByKey.set(key, tool);
        });
        bar.addEventListener("keydown", (event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (!step) return;
            const buttons = [...bar.children];
            const next = buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length);
            buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
            next.focus();
        });
        field.before(bar);
        field.addEventListener("keydown", (event) => {
            const tool = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && toolsByKey.get(event.key);
            if (!tool) return;
            event.preventDefault();
            event.stopPropagation(); // Ctrl-K is the search elsewhere
            tool(field);
        });
        field.addEventListener("paste", (event) => {
            const html = event.clipboardData.getData("text/html");
            const text = html && convertHtml(html);
            if (!text) return;
            event.preventDefault();
            insert(field, text);
        });
    };
    document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("textarea[data-markdown]").forEach(addToolbar));
})();
