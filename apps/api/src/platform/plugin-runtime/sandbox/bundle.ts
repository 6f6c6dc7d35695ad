import { createHash } from "node:crypto";

/** A plugin's code: one ES module without imports, named by what it is. */
export interface Bundle {
  pluginId: string;
  /** SHA-256 of the code, hex. */
  hash: string;
  code: string;
}

export const bundleOf = (pluginId: string, code: string): Bundle => ({
  pluginId,
  hash: createHash("sha256").update(code).digest("hex"),
  code,
});

/** One call of a function of a sealed plugin. */
export interface SealedCall {
  bundle: Bundle;
  /** Calls of different scopes share no memory of the plugin's. */
  scope: string;
  name: string;
  /** JSON in UTF-8, made once however often the call is repeated. */
  input: Uint8Array;
}

/** What a call came to while its process lived. */
export type Answer =
  | { kind: "output"; text: string }
  /** The plugin's own error: name and places. */
  | { kind: "threw"; name: string; frames: string[] }
  | { kind: "overrun"; overrun: Overrun };

/**
 * What a plugin did for which it alone is to blame: an answer beyond the limit, none in time, or none at all, because
 * it cannot be loaded or waits for what never comes.
 */
export type Overrun = "output" | "time" | "no_answer";
