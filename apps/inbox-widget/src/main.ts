import { TidingsInbox } from "./inbox-element.ts";

// The script may be on a page twice.
if (!customElements.get("tidings-inbox")) customElements.define("tidings-inbox", TidingsInbox);
