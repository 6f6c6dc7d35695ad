import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { consoleFiles } from "./console-files.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidings-console-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

describe("the console's files", () => {
  it("are waited for while they are being built", async () => {
    const served = consoleFiles(folder);
    const waiting = await served.request("/messages", { headers: BROWSER });
    expect(waiting.status).toBe(503);
    expect(waiting.headers.get("retry-after")).toBe("3");
    expect(await waiting.text()).toContain('http-equiv="refresh" content="3"');

    // The start page is written last, so what stands there before is not the console yet.
    await mkdir(join(folder, "_app/immutable"), { recursive: true });
    await writeFile(join(folder, "_app/immutable/start.js"), "export {};");
    expect((await served.request("/", { headers: BROWSER })).status).toBe(503);

    await writeFile(join(folder, "index.html"), "<!doctype html><title>Console</title>");
    const page = await served.request("/messages", { headers: BROWSER });
    expect([page.status, await page.text()]).toEqual([200, "<!doctype html><title>Console</title>"]);
    const script = await served.request("/_app/immutable/start.js");
    expect([script.status, await script.text()]).toEqual([200, "export {};"]);
    expect(script.headers.get("cache-control")).toContain("immutable");
  });

  it("are no answer to who asks for something else than a page", async () => {
    const served = consoleFiles(join(folder, "absent"));
    expect((await served.request("/nothing", { headers: { accept: "application/json" } })).status).toBe(404);
    expect((await served.request("/nothing")).status).toBe(404);
    expect((await served.request("/v1/nothing", { headers: BROWSER })).status).toBe(404);
  });
});
