import type { UserConfig } from "@hey-api/openapi-ts";

/** Run from the root with `npm run openapi`, which writes the document first. */
export default {
  input: "../../apps/api/openapi.json",
  output: { path: "src/generated", entryFile: false, module: { extension: ".ts" } },
  plugins: [
    "@hey-api/typescript",
    { name: "@hey-api/sdk", responseStyle: "data" },
    { name: "@hey-api/client-fetch", throwOnError: true },
  ],
} satisfies UserConfig;
