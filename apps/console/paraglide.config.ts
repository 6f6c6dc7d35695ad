import { join } from "node:path";
import type { paraglideVitePlugin } from "@inlang/paraglide-js";

/** How the message catalogues are compiled, for the build and for the tests alike. */
export const paraglide: Parameters<typeof paraglideVitePlugin>[0] = {
  project: join(import.meta.dirname, "project.inlang"),
  outdir: join(import.meta.dirname, "src/lib/paraglide"),
  // The language is chosen in the user menu; Chinese until then.
  strategy: ["localStorage", "baseLocale"],
  localStorageKey: "tidings-locale",
};
