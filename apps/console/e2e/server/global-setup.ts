import { existsSync } from "node:fs";
import { join } from "node:path";
import { startSite } from "./static-site.ts";
import { startServer } from "./tidings-server.ts";

const folder = join(import.meta.dirname, "../..");

/**
 * What the tests need to run against, on free ports: two runs on one machine do not meet. The addresses go into the
 * environment, where Playwright's configuration finds them in each worker.
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  const start = async (variable: string, running: Promise<{ url: string; stop: () => Promise<void> }>) => {
    const { url, stop } = await running;
    process.env[variable] = url;
    stops.push(stop);
  };
  const stopAll = async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
  try {
    await start("TIDINGS_E2E_CONSOLE_URL", startSite(built("build", "vite build")));
    await start(
      "TIDINGS_E2E_GALLERY_URL",
      startSite(built(".svelte-kit/gallery-site", "vite build --mode gallery")),
    );
    // A server that runs already, for work on a spec: the development server, for example.
    if (!process.env.TIDINGS_E2E_URL) {
      const server = await startServer();
      process.env.TIDINGS_E2E_MAIL_URL = server.mailUrl;
      process.env.TIDINGS_E2E_PORTAL_URL = server.portalUrl;
      await start("TIDINGS_E2E_URL", Promise.resolve(server));
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}

function built(site: string, command: string): string {
  if (existsSync(join(folder, site, "index.html"))) return join(folder, site);
  throw new Error(
    `apps/console/${site} is not built. Run “npx ${command}” in apps/console, or npm run test:e2e.`,
  );
}
