import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listProjectFiles, ROOT } from "../../scripts/project-files.ts";

const CODE = ["*.ts", "*.mts", "*.mjs", "*.cjs", "*.svelte"];
const MAX_LINES = 400;
/** Tables are read one by one, and generated code is not read at all. */
const UNBOUNDED_FILES = /(^|\/)(generated|paraglide)\/|^packages\/db\/src\/schema\//;

/** Vendors and their products. A channel must cost no file outside its plugin. */
const VENDORS =
  /aliyun|alibaba|dysms|tencent|wechat|weixin|wecom|dingtalk|feishu|larksuite|jpush|jiguang|huawei|xiaomi|twilio|sendgrid/i;
/** What may name them: the demo school's own set-up, tests, and what the console calls them in a language. */
const MAY_NAME_VENDORS =
  /\.(test|spec|fixture)\.ts$|\/(test|e2e|testing)\/|^apps\/api\/src\/demo\/|^apps\/console\/messages\//;

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

describe("the sources", () => {
  it("name no vendor outside plugins/", () => {
    const files = listProjectFiles("apps", "packages").filter(
      (path) => /\.(ts|mjs|svelte|sql|json)$/.test(path) && !MAY_NAME_VENDORS.test(path),
    );
    const naming = files.filter((path) => VENDORS.test(path) || VENDORS.test(read(path)));
    expect(files.length).toBeGreaterThan(100);
    expect(naming).toEqual([]);
  });

  it(`have at most ${MAX_LINES} lines a file`, () => {
    const long = listProjectFiles(...CODE)
      .filter((path) => !UNBOUNDED_FILES.test(path))
      .map((path) => ({ path, lineCount: read(path).split("\n").length - 1 }))
      .filter(({ lineCount }) => lineCount > MAX_LINES);
    expect(long).toEqual([]);
  });
});
