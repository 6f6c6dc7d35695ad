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
  /aliyun|alibaba|dysms|tencent|wechat|weixin|wecom|dingtalk|feishu|larksuite|jpush|jiguang|huawei|xiaomi|twilio|sendgrid|firebase|\bfcm\b|\bapns\b/i;
/** What may name them: tests, and what the console calls them in a language. */
const MAY_NAME_VENDORS = /\.(test|spec|fixture)\.ts$|\/(test|e2e|testing)\/|^apps\/console\/messages\//;

/** A statement that counts what has become of deliveries, and the recording of it. */
const COUNTS = /insert into statistics_deltas/g;
const RECORDS = /\brecordEvents\(/g;

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

  it("record what they count: whoever changes deliveries tells the endpoints that listen", () => {
    const timesIn = (path: string, pattern: RegExp) => (read(path).match(pattern) ?? []).length;
    const counting = listProjectFiles("apps/api/src").filter((path) => timesIn(path, COUNTS) > 0);
    const forgetful = counting.filter((path) => timesIn(path, COUNTS) > timesIn(path, RECORDS));
    expect(counting.length).toBeGreaterThan(10);
    // What was wasted is no event: it had left, and arrived or not, all the same.
    expect(forgetful).toEqual(["apps/api/src/modules/deliveries/wasted.repository.ts"]);
  });

  it(`have at most ${MAX_LINES} lines a file`, () => {
    const long = listProjectFiles(...CODE)
      .filter((path) => !UNBOUNDED_FILES.test(path))
      .map((path) => ({ path, lineCount: read(path).split("\n").length - 1 }))
      .filter(({ lineCount }) => lineCount > MAX_LINES);
    expect(long).toEqual([]);
  });
});
