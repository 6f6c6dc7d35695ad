import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { paraglide } from "./paraglide.config.ts";

export default defineConfig({
  plugins: [paraglideVitePlugin(paraglide), svelte({ configFile: false })],
  resolve: { conditions: ["browser"] },
  test: { name: "console", include: ["test/**/*.test.ts"], isolate: false },
});
