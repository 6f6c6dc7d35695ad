import { defineConfig } from "vitest/config";

const project = (name: string, root: string, folders: string[] = ["src", "test"]) => ({
  root,
  test: {
    name,
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});

export default defineConfig({
  test: {
    // Not inherited by the projects, so it runs once: one PostgreSQL server for all of them.
    globalSetup: ["packages/db/src/testing/global-setup.ts"],
    // A test file has a database and a pool of its own; more at once than the cores can carry only adds timeouts.
    maxWorkers: 2,
    projects: [
      project("db", "packages/db"),
      project("sdk", "packages/sdk"),
      project("api", "apps/api"),
      project("plugins", "plugins", ["*/src", "*/test", "*/simulator"]),
      project("examples", "examples/plugins", ["*/test"]),
      project("architecture", "tests/architecture", ["."]),
      project("chaos", "chaos", ["checker"]),
      project("scenarios", "tests/scenarios", ["."]),
    ],
  },
});
