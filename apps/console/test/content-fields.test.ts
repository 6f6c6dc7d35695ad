import { describe, expect, test } from "vitest";
import type { Plugin } from "#lib/api/client.ts";
import { mergeContent } from "#lib/plugins/content-fields.ts";
import { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";

const text = (words: string) => ({ zh: words, en: words });
const field = (label: string, rules: object = {}) => ({
  label: text(label),
  required: true,
  maxLength: 10,
  help: null,
  ...rules,
});
const plugin = (name: string, content: object) => ({ name: text(name), content }) as unknown as Plugin;

describe("the content fields of a kind", () => {
  test("are those of its only plugin, as they are", () => {
    const content = { code: field("编号"), text: field("内容", { required: false, help: text("照抄") }) };
    expect(Object.fromEntries(mergeContent([plugin("甲", content)]))).toEqual(content);
    expect(mergeContent([])).toEqual([]);
  });

  test("are those of all its plugins; what only some of them know says whose it is and is not required", () => {
    const fields = mergeContent([
      plugin("甲", { code: field("编号"), text: field("内容") }),
      plugin("乙", { id: field("标识", { required: false }), text: field("正文", { maxLength: 20 }) }),
    ]);
    expect(fields.map(([name, { label, required }]) => [name, label.zh, required])).toEqual([
      ["code", "编号（甲）", false],
      ["text", "内容", true],
      ["id", "标识（乙）", false],
    ]);
    expect(Object.fromEntries(fields).text?.maxLength).toBe(20);
  });

  test("hold a choice that is read in words, and anything else as it was written", () => {
    const choices = [{ value: "required", label: text("要确认") }];
    const plugins = new PluginCatalogue([
      {
        ...plugin("甲", { confirm: field("必读", { choices }), code: field("编号") }),
        kind: "inbox",
      } as Plugin,
    ]);
    expect(plugins.valueText("inbox", "confirm", "required")).toBe("要确认");
    expect(plugins.valueText("inbox", "confirm", "{{must}}")).toBe("{{must}}");
    expect(plugins.valueText("inbox", "code", "required")).toBe("required");
    expect(plugins.valueText("sms", "code", "1")).toBe("1");
  });

  test("tell the help of each plugin apart where they differ", () => {
    const helped = (name: string, help: string) =>
      plugin(name, { text: field("内容", { help: text(help) }) });
    const helpOf = (plugins: Plugin[]) => mergeContent(plugins)[0]?.[1].help;
    expect(helpOf([helped("甲", "照抄。"), helped("乙", "照抄。")])).toEqual(text("照抄。"));
    expect(helpOf([helped("甲", "照抄。"), helped("乙", "改写。")])).toEqual({
      zh: "甲：照抄。乙：改写。",
      en: "甲: 照抄。 乙: 改写。",
    });
  });
});
