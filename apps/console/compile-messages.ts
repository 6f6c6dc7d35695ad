// Writes src/lib/paraglide from the catalogues, as the build does: types are checked against what they hold now.
import { compile } from "@inlang/paraglide-js";
import { paraglide } from "./paraglide.config.ts";

await compile(paraglide);
