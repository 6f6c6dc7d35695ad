import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { widgetFile } from "./widget-file.ts";

const folder = mkdtempSync(join(tmpdir(), "tidings-widget-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("serves the script to other sites, to be kept for minutes and asked about by its hash", async () => {
  const file = join(folder, "inbox.js");
  writeFileSync(file, "console.log(1)");
  const routes = widgetFile(file);
  const answer = await routes?.request("/widget/inbox.js");
  expect(await answer?.text()).toBe("console.log(1)");
  expect(answer?.headers.get("content-type")).toContain("text/javascript");
  expect(answer?.headers.get("cache-control")).toContain("max-age=300");
  expect(answer?.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  const etag = answer?.headers.get("etag") ?? "";
  const asked = (known: string) =>
    routes?.request("/widget/inbox.js", { headers: { "if-none-match": known } });
  expect((await asked(etag))?.status).toBe(304);
  expect((await asked(`"x", W/${etag}`))?.status).toBe(304);
  expect((await asked('"x"'))?.status).toBe(200);
});

it("serves nothing where it is not built", () => {
  expect(widgetFile(join(folder, "absent.js"))).toBeUndefined();
});
