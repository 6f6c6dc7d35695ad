import { defineConfig } from "@playwright/test";

const use = {
  locale: "zh-CN",
  timezoneId: "Asia/Shanghai",
  // axe-core is brought in from outside; that the policy holds is a test of its own (csp.spec.ts).
  bypassCSP: true,
  // What is not there to be clicked by then does not come any more: the rest of the time is for another try.
  actionTimeout: 45_000,
  launchOptions: {
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/server/global-setup.ts",
  outputDir: "test-results/artifacts",
  reporter: [["list"]],
  // Two for the sections, and one for what mostly waits or needs no server of ours.
  workers: 3,
  // The server, its database and the browser share the machine: the first page of a run takes a while.
  timeout: 150_000,
  expect: { timeout: 15_000 },
  // A run that passes only at the second try is reported as flaky, not hidden.
  retries: process.env.CI ? 1 : 0,
  use,
  projects: [
    // The sections against the real server. The addresses are put into the environment by the global setup.
    {
      name: "sections",
      testMatch: "**/sections/*.spec.ts",
      workers: 2,
      use: { ...use, baseURL: process.env.TIDINGS_E2E_URL },
    },
    // What vendors or fallbacks take their minute for, beside the sections.
    {
      name: "waiting",
      testMatch: "**/waiting/*.spec.ts",
      workers: 1,
      use: { ...use, baseURL: process.env.TIDINGS_E2E_URL },
    },
    // What holds for the whole school, as quiet hours do, would disturb the sections: it is set when they are done, one
    // thing after the other.
    {
      name: "school",
      testMatch: "**/school/*.spec.ts",
      workers: 1,
      dependencies: ["sections", "waiting"],
      use: { ...use, baseURL: process.env.TIDINGS_E2E_URL },
    },
    // What needs answers that the server does not give at will: the login, the shell, the policy.
    {
      name: "console",
      testMatch: "e2e/*.spec.ts",
      workers: 1,
      use: { ...use, baseURL: process.env.TIDINGS_E2E_CONSOLE_URL },
    },
    {
      name: "gallery",
      testMatch: "**/gallery/*.spec.ts",
      workers: 1,
      use: { ...use, baseURL: process.env.TIDINGS_E2E_GALLERY_URL },
    },
  ],
});
