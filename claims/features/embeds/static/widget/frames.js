// <factcheck-claim> and <factcheck-list>: pages of ours in frames that can reach nothing of the page around them.

const SITE = document.currentScript && new URL(".", document.currentScript.src);
// Attributes that are no part of the question to us. All others are, and what we do not know is refused.
const OWN_ATTRIBUTES = /^(src|height|remember|loading|lang|title|class|id|style|slot|part|dir|hidden|role|tabindex|nonce|(data-|aria-|on|_).*)$/;

// Remembers when what a frame shows was last changed, and returns what was remembered of it before. In the storage of
// this site, for the 200 claims that were shown last; the newsroom does not learn of it.
function recall(key, changed) {
  try {
    const changes = new Map(JSON.parse(localStorage.factcheck || "[]"));
    const before = changes.get(key);
    changes.delete(key);
    localStorage.factcheck = JSON.stringify([...changes.set(key, changed)].slice(-200));
    return before;
  } catch {} // a reader who allows no storage, or a page that wrote something else there
}

class FactcheckFrame extends HTMLElement {
  connectedCallback() {
    addEventListener("message", this);
    if (this.frame) return;
    const tree = this.attachShadow({ mode: "open" });
    addSheet(
      tree,
      `:host{display:block}:host([hidden]){display:none}div{display:grid}div>*{grid-area:1/1;min-width:0}
iframe{width:100%;height:100%;border:0;visibility:hidden}.shown iframe{visibility:visible}.shown slot{display:none}`,
    );
    this.box = addText(tree, "div");
    addText(this.box, "slot");
    const url = this.address();
    if (!url) return;
    const height = parseInt(this.getAttribute("height")) || this.constructor.height;
    this.box.style.minHeight = `${Math.min(height, 9999)}px`;
    this.frame = addText(this.box, "iframe", "", {
      title: this.title || this.textContent.trim() || wordsIn(this.lang).check,
      sandbox: "allow-scripts allow-popups allow-popups-to-escape-sandbox",
      referrerPolicy: "no-referrer",
      credentialless: true,
      loading: this.getAttribute("loading") || "lazy",
      src: url,
    });
  }

  disconnectedCallback() {
    removeEventListener("message", this);
  }

  // The frame says how high it is; the reserved height stays, so that nothing below moves for less. Until it says so,
  // and where it never does, what stands inside the element is shown.
  handleEvent({ source, origin, data }) {
    const height = data?.factcheck;
    if (source !== this.frame?.contentWindow || origin !== "null" || !(height > 0)) return;
    this.box.className = "shown";
    this.frame.style.height = `${Math.min(height, 9999)}px`;
    if (!data.changed || this.isRecalled || this.getAttribute("remember") === "off") return;
    this.isRecalled = true;
    source.postMessage({ factcheckSeen: recall(new URL(this.frame.src).pathname, data.changed) }, "*");
  }

  // The page of ours that `src` leads to: `find` matches its path as that of the site, a language, and the rest.
  address() {
    const { find, page } = this.constructor;
    const source = this.getAttribute("src") || "";
    const url = URL.canParse(source, SITE) && new URL(source, SITE);
    const [all, site, language, rest] = (url && find.exec(url.pathname)) || [];
    if (!all || !/^http/.test(url.protocol)) return "";
    url.pathname = `${site}${/^[a-z]{2}$/.test(this.lang) ? `/${this.lang}` : language || ""}${page(rest)}`;
    url.hash = "";
    const parameters = [...this.attributes].filter(({ name, value }) => value && !OWN_ATTRIBUTES.test(name));
    url.search = new URLSearchParams([...parameters.map(({ name, value }) => [name, value]), ["report", "height"]]);
    return url.href;
  }
}

class FactcheckClaim extends FactcheckFrame {
  static height = 240;
  static find = /^(.*?)(\/[a-z]{2})?\/claims\/(\d+)\b/;
  static page = (number) => `/claims/${number}/card/`;
}

class FactcheckList extends FactcheckFrame {
  static height = 480;
  static find = /^(.*?)(\/[a-z]{2})?\/$/;
  static page = () => "/widgets/list/";
}

if (SITE) {
  if (!customElements.get("factcheck-claim")) {
    customElements.define("factcheck-claim", FactcheckClaim);
    customElements.define("factcheck-list", FactcheckList);
  }
  // A newsroom that cannot be reached leaves the page as it was.
  overlay(document.currentScript).catch(() => {});
}
