export * from "./envelope.ts";
export * from "./hash.ts";
export * from "./passwords.ts";
