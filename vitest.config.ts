import { defineConfig } from "vitest/config";

const project = (name: string, root: string, folders: string[] = ["src", "test"]) => ({
  root,
  test: {
    name,
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    // Beyond what the tests of the engine themselves call hung (apps/api/test/harness/patience.ts).
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A worker loads a project's modules once, not again for each file: so they keep nothing that another file could see,
    // and a module that tests share declares its hooks in a function that each of them calls.
    isolate: false,
  },
});

export default defineConfig({
  test: {
    // Not inherited by the projects, so it runs once: one PostgreSQL server for all of them.
    globalSetup: ["packages/db/src/testing/global-setup.ts"],
    // One more than a small machine has cores, since tests of the engine also wait. Each file has a database and a pool of
    // its own; still more at once would only add timeouts.
    maxWorkers: 3,
    projects: [
      project("db", "packages/db"),
      project("sdk", "packages/sdk"),
      project("api", "apps/api"),
      // Its messages and components need plugins of their own.
      "apps/console",
      project("inbox-widget", "apps/inbox-widget", ["src"]),
      project("plugins", "plugins", ["*/src", "*/test", "*/simulator"]),
      project("examples", "examples/plugins", ["*/test"]),
      project("architecture", "tests/architecture", ["."]),
      project("chaos", "chaos", ["checker"]),
      project("scenarios", "tests/scenarios", ["."]),
    ],
  },
});
