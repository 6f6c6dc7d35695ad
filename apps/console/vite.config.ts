import { paraglideVitePlugin } from "@inlang/paraglide-js";
import adapter from "@sveltejs/adapter-static";
import { sveltekit } from "@sveltejs/kit/vite";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import { paraglide } from "./paraglide.config.ts";

const isGallery = (mode: string) => mode === "gallery";
const api = process.env.TIDINGS_API_URL ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [
    tailwindcss(),
    paraglideVitePlugin(paraglide),
    sveltekit({
      // The API server answers unknown paths with this file, so every deep link opens the console.
      adapter: adapter({
        fallback: "index.html",
        pages: isGallery(mode) ? ".svelte-kit/gallery-site" : "build",
      }),
      // The gallery shows the primitives to the end-to-end tests and is never part of the console.
      ...(isGallery(mode) && { files: { routes: "e2e/gallery/routes" }, outDir: ".svelte-kit/gallery" }),
      csp: {
        mode: "hash",
        directives: {
          "default-src": ["self"],
          "script-src": ["self"],
          // Positioned popovers carry style attributes, which no hash can cover.
          "style-src": ["self", "unsafe-inline"],
          "img-src": ["self", "data:", "blob:"],
          "connect-src": ["self"],
          "object-src": ["none"],
          "base-uri": ["self"],
          "form-action": ["self"],
        },
      },
    }),
  ],
  server: { proxy: { "/v1": api } },
  preview: { proxy: { "/v1": api } },
}));
