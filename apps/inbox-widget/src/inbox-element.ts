import { bellIcon, element } from "./dom.ts";
import { badgeText, type Entry, type Snapshot } from "./inbox.rules.ts";
import { type GetToken, InboxClient } from "./inbox-client.ts";
import { followInbox } from "./inbox-feed.ts";
import { InboxState } from "./inbox-state.ts";
import { panelView } from "./panel-view.ts";
import { STYLES } from "./styles.ts";
import { chooseTexts } from "./texts.ts";

/** Where the script came from is where the API is, unless the element says otherwise. */
const scriptOrigin = (() => {
  const source = (document.currentScript as HTMLScriptElement | null)?.src;
  return source ? new URL(source).origin : location.origin;
})();

/**
 * `<tidings-inbox token-url="/inbox-token">`: a bell with the number of unread entries, and a panel with the inbox.
 *
 * Attributes: `token-url`, an address of the page's own site that answers a POST with `{"token": "tdi_…"}`; `server`,
 * where Tidings is, if the script is not loaded from there; `lang`; `theme`, `light` or `dark` instead of what the system
 * prefers; `align`, `start` for a panel that begins at the bell's left. Property `getToken` in place of `token-url`.
 *
 * Events: `inbox-counts` with `{ unreadCount, toConfirmCount }`, and `inbox-follow` with `{ id, link }` before a link is
 * followed, which `preventDefault()` leaves to the page.
 */
export class TidingsInbox extends HTMLElement {
  static readonly observedAttributes = ["lang", "theme"];

  /** Asks for a token in another way than by `token-url`. */
  getToken: GetToken | undefined;

  readonly #bell = element("button", {
    type: "button",
    class: "bell",
    "aria-haspopup": "dialog",
    "aria-controls": "panel",
  });
  readonly #badge = element("span", { class: "badge", "aria-hidden": "true" });
  readonly #panel = element("section", {
    class: "panel",
    id: "panel",
    role: "dialog",
    "aria-labelledby": "title",
    tabindex: "-1",
    hidden: "",
  });
  readonly #status = element("div", { class: "sr", role: "status" });
  readonly #darkness = matchMedia("(prefers-color-scheme: dark)");
  #state: InboxState | undefined;
  #following: AbortController | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    this.#bell.append(bellIcon(), this.#badge);
    this.#bell.addEventListener("click", () => (this.#state?.isOpen ? this.#close() : this.#open()));
    root.append(this.#bell, this.#panel, this.#status);
    root.addEventListener("keydown", (event) => {
      if ((event as KeyboardEvent).key === "Escape" && this.#state?.isOpen) this.#close();
    });
  }

  connectedCallback(): void {
    const client = new InboxClient(this.getAttribute("server") ?? scriptOrigin, () => this.#askForToken());
    this.#state = new InboxState(client, () => this.#draw());
    this.#following = new AbortController();
    const { signal } = this.#following;
    document.addEventListener("visibilitychange", () => this.#followWhileSeen(client), { signal });
    document.addEventListener("pointerdown", (event) => this.#closeOutside(event), { signal });
    this.#darkness.addEventListener("change", () => this.#draw(), { signal });
    this.#draw();
    this.#followWhileSeen(client);
  }

  disconnectedCallback(): void {
    this.#following?.abort();
    this.#seen?.abort();
    this.#seen = undefined;
  }

  attributeChangedCallback(): void {
    this.#draw();
  }

  #seen: AbortController | undefined;

  /** Pages that nobody looks at hold no connection; they are brought up to date when they are seen again. */
  #followWhileSeen(client: InboxClient): void {
    this.#seen?.abort();
    this.#seen = undefined;
    if (document.hidden || this.#following?.signal.aborted) return;
    this.#seen = new AbortController();
    const options = {
      client,
      onSnapshot: (snapshot: Snapshot) => this.#takeIn(snapshot),
      onFailure: (error: unknown) => this.#state?.fail(error),
    };
    void followInbox(options, this.#seen.signal);
  }

  #hasHeard = false;

  #takeIn(snapshot: Snapshot): void {
    const moreCount = this.#state?.takeIn(snapshot) ?? 0;
    // How many there were before the page was opened is no news.
    if (moreCount > 0 && this.#hasHeard) this.#status.textContent = this.#texts.news(moreCount);
    this.#hasHeard = true;
    const { unreadCount, toConfirmCount } = snapshot;
    const detail = { unreadCount, toConfirmCount };
    this.dispatchEvent(new CustomEvent("inbox-counts", { detail, bubbles: true }));
  }

  async #askForToken(): Promise<string> {
    if (this.getToken) return this.getToken();
    const url = this.getAttribute("token-url");
    if (!url) throw new Error("tidings-inbox needs the attribute token-url or the property getToken");
    const response = await fetch(url, { method: "POST", credentials: "same-origin" });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return ((await response.json()) as { token: string }).token;
  }

  get #texts() {
    return chooseTexts(this.getAttribute("lang"), document.documentElement.lang, navigator.language);
  }

  #open(): void {
    this.#state?.open();
    this.#panel.focus();
  }

  #close(): void {
    this.#state?.close();
    this.#bell.focus();
  }

  #closeOutside(event: Event): void {
    if (this.#state?.isOpen && !event.composedPath().includes(this)) this.#state.close();
  }

  #follow(entry: Entry, event: Event): void {
    void this.#state?.read(entry);
    const detail = { id: entry.id, link: entry.link };
    const following = new CustomEvent("inbox-follow", { detail, bubbles: true, cancelable: true });
    if (!this.dispatchEvent(following)) event.preventDefault();
  }

  #draw(): void {
    const state = this.#state;
    if (!state) return;
    const texts = this.#texts;
    this.dataset.look = this.#isDark() ? "dark" : "light";
    this.#bell.setAttribute("aria-label", texts.bell(state.counts.unreadCount));
    this.#bell.setAttribute("aria-expanded", String(state.isOpen));
    this.#badge.textContent = badgeText(state.counts.unreadCount);
    this.#panel.lang = texts.locale;
    this.#panel.hidden = !state.isOpen;
    if (state.isOpen)
      this.#keepingPlace(() => {
        const actions = { onClose: () => this.#close(), onFollow: this.#follow.bind(this) };
        this.#panel.replaceChildren(...panelView(state, texts, actions));
      });
  }

  #isDark(): boolean {
    const theme = this.getAttribute("theme");
    return theme === "dark" || (theme !== "light" && this.#darkness.matches);
  }

  /** Draws, with the focus and the scroll position where they were; the focus stays in the panel in any case. */
  #keepingPlace(draw: () => void): void {
    const focused = this.shadowRoot?.activeElement;
    const key = focused?.getAttribute("data-key");
    const hadFocus = focused ? this.#panel.contains(focused) : false;
    const find = (name: string) => this.#panel.querySelector<HTMLElement>(`[data-key="${name}"]`);
    const scrollTop = find("scroll")?.scrollTop ?? 0;
    draw();
    const scroll = find("scroll");
    if (scroll) scroll.scrollTop = scrollTop;
    if (hadFocus) ((key && find(key)) || this.#panel).focus({ preventScroll: true });
  }
}
