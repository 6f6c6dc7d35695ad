/** What many plugins need and no vendor has of its own. A built plugin carries along what it uses. */
export * from "./beijing-time.ts";
export * from "./chunk.ts";
export * from "./foreign-json.ts";
export * from "./foreign-xml.ts";
export * from "./outcome.ts";
export * from "./pairs.ts";
export * from "./retry-after.ts";
export * from "./text.ts";
