/**
 * The dependency rule of docs/architecture.md, enforced: console → sdk client; plugins → sdk/plugin;
 * api → db, sdk/plugin; inside the API main → composition → modules → platform. Every rule has a planted violation
 * in tests/architecture/boundaries.test.ts: whoever adds a rule adds one there.
 */
const API = "^apps/api/src";
const MODULES = `${API}/modules`;
/** Where the API is wired up: the only code that knows everything. */
const ROOT_FILES = `${API}/(composition/|demo/|app\\.ts$|main\\.ts$|run\\.ts$)`;
const TEST_CODE = "(\\.(test|fixture)\\.ts$|/testing/)";
const SDK_CLIENT = "^packages/sdk/src/(index\\.ts$|client/|generated/)";

/** npm packages by name, installed at the root or in a workspace. */
const npm = (names) => `(^|/)node_modules/(${names})(/|$)`;
const atRunTime = { dependencyTypesNot: ["type-only"] };

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const betweenWorkspaces = [
  {
    name: "packages-know-no-app-and-no-plugin",
    comment: "Packages are below everything; they can be used without the rest.",
    from: { path: "^packages/" },
    to: { path: "^(apps|plugins)/" },
  },
  {
    name: "packages-know-no-other-package",
    comment: "The SDK is for strangers and must not bring a database along, nor the other way round.",
    from: { path: "^packages/([^/]+)/" },
    to: { path: "^packages/", pathNot: "^packages/$1/" },
  },
  {
    name: "plugins-know-only-the-contract",
    comment:
      "A plugin is written against sdk/plugin and tested with sdk/testing and sdk/package; it sees nothing of the host. " +
      "The simulator of a receiver checks signatures with sdk/callbacks, as receivers do. " +
      "Plugins of one vendor, acme-a and acme-b, meet at the index of what they have in common, plugins/acme.",
    from: { path: "^((?:examples/)?plugins/([^/-]+)[^/]*)/" },
    to: {
      path: "^(apps|packages|plugins|examples)/",
      pathNot: [
        "^$1/",
        "^packages/sdk/src/(plugin|testing|package|callbacks)/",
        "^plugins/$2/(src|simulator)/index\\.ts$",
      ],
    },
  },
  {
    name: "console-knows-only-the-client",
    comment: "The console is an ordinary user of the public API.",
    from: { path: "^apps/console/" },
    to: { path: "^(apps|packages|plugins)/", pathNot: ["^apps/console/", SDK_CLIENT] },
  },
  {
    name: "widget-knows-nothing-of-ours",
    comment: "It runs on pages of others, and has to stay small.",
    from: { path: "^apps/inbox-widget/" },
    to: { path: "^(apps|packages|plugins)/", pathNot: "^apps/inbox-widget/" },
  },
  {
    name: "examples-know-only-the-client",
    comment: "Examples show what a user of ours can do.",
    from: { path: "^examples/([^/]+)/", pathNot: "^examples/plugins/" },
    to: { path: "^(apps|packages|plugins)/", pathNot: [SDK_CLIENT, "^packages/sdk/src/plugin/"] },
  },
  {
    name: "scenarios-know-only-the-outside",
    comment: "The suite looks at a running server as callers and vendors do; the harness starts it.",
    from: { path: "^tests/scenarios/" },
    to: {
      path: "^(apps|packages|plugins)/",
      pathNot: [
        "^apps/api/test/harness/",
        SDK_CLIENT,
        "^packages/sdk/src/callbacks/",
        "^packages/db/src/(index|testing/index)\\.ts$",
      ],
    },
  },
  {
    name: "api-imports-no-plugin",
    comment: "Plugins are found by their manifest: one more channel costs no line here.",
    from: { path: `${API}/` },
    to: { path: "^plugins/" },
  },
  {
    name: "api-knows-the-contract-and-the-database",
    comment: "Of the packages, the API uses db and the parts of the SDK that are about plugins.",
    from: { path: `${API}/`, pathNot: TEST_CODE },
    to: {
      path: "^(apps|packages)/",
      pathNot: [
        "^apps/api/",
        "^packages/sdk/src/(plugin|package|registry|testing)/",
        "^packages/db/src/(index|embedded/index)\\.ts$",
      ],
      ...atRunTime,
    },
  },
  {
    name: "only-the-hardened-client-opens-connections",
    comment: "The bare driver leaks one tenant's transaction into another's; see docs/adr/0003.",
    from: { pathNot: "^packages/db/" },
    to: { path: npm("postgres") },
  },
];

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const insideTheApi = [
  {
    name: "platform-knows-no-module",
    comment: "The platform is how, the modules are what.",
    from: { path: `${API}/platform/` },
    to: { path: `${API}/`, pathNot: `${API}/platform/` },
  },
  {
    name: "modules-know-no-composition-root",
    comment: "A module gets what it needs as arguments.",
    from: { path: `${MODULES}/` },
    to: { path: ROOT_FILES },
  },
  {
    name: "modules-meet-at-their-index",
    comment: "What stands in index.ts is the module's face; the rest may change freely.",
    from: { path: `${MODULES}/([^/]+)/` },
    to: { path: `${MODULES}/`, pathNot: [`${MODULES}/$1/`, `${MODULES}/[^/]+/index\\.ts$`, TEST_CODE] },
  },
  {
    name: "composition-meets-modules-at-their-index",
    from: { path: ROOT_FILES },
    to: { path: `${MODULES}/`, pathNot: `${MODULES}/[^/]+/index\\.ts$` },
  },
  {
    name: "nothing-imports-test-code",
    from: { path: `${API}/`, pathNot: TEST_CODE },
    to: { path: [`${API}/.*${TEST_CODE}`, "^apps/api/test/"] },
  },
  {
    name: "edges-call-services-not-repositories",
    comment:
      "Permissions, transactions and the audit log live in the use case; an edge must not go round it.",
    from: { path: `${MODULES}/.+\\.(routes|jobs)\\.ts$` },
    to: { path: "\\.repository\\.ts$", ...atRunTime },
  },
  {
    name: "only-repositories-touch-the-database",
    comment: "Types of rows are free; statements and connections are not.",
    from: {
      path: `${API}/`,
      pathNot: ["\\.repository\\.ts$", `${API}/platform/(database/|ids\\.ts$)`, ROOT_FILES, TEST_CODE],
    },
    to: { path: ["^packages/db/", npm("drizzle-orm")], ...atRunTime },
  },
  {
    name: "rules-are-pure",
    comment: "A rule decides from its arguments: no I/O, so that it can be tested by a table.",
    from: { path: `${MODULES}/.+\\.rules\\.ts$` },
    to: {
      path: [
        "\\.(repository|service|routes|jobs)\\.ts$",
        `${API}/platform/(http|queue|database|plugin-runtime|env|logger|loops)[/.]`,
        "^(node:)?(fs|net|tls|http|https|dns|child_process|timers|worker_threads)(/|$)",
      ],
      ...atRunTime,
    },
  },
  {
    name: "only-edges-know-the-transport",
    comment: "A use case is the same whether HTTP or a job calls it.",
    from: {
      path: `${MODULES}/`,
      pathNot: ["\\.(routes|schemas|jobs|test)\\.ts$", "-cookie\\.ts$"],
    },
    to: { path: npm("hono|@hono/[^/]+|bullmq|ioredis") },
  },
  {
    name: "only-the-queue-knows-its-engine",
    from: { path: `${API}/`, pathNot: [`${API}/platform/queue/`, TEST_CODE] },
    to: { path: npm("bullmq|ioredis|pg") },
  },
];

module.exports = {
  forbidden: [
    { name: "no-cycles", from: { pathNot: "/generated/" }, to: { circular: true } },
    {
      name: "no-unresolvable-imports",
      comment: "An import that resolves to nothing would pass every other rule unseen.",
      from: {},
      // Made by vite and SvelteKit when the console is built; a plugin's code in its isolate.
      to: {
        couldNotResolve: true,
        pathNot: "^(\\$app/|\\./\\$types|#messages$|#runtime$|\\./plugin\\.js$)",
      },
    },
    ...betweenWorkspaces,
    ...insideTheApi,
  ].map((rule) => ({ severity: "error", ...rule })),
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|build|\\.svelte-kit|paraglide)/" },
    // Without these two, imports through a workspace's `exports` resolve to nothing.
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["svelte", "import", "node", "default"],
    },
  },
};
