import { describe, expect, it } from "vitest";
import { compileRendering, variablesIn } from "../../templates/index.ts";
import { neededVariables, renderDelivery, type SharedContent } from "./content.rules.ts";
import type { ReadyRow } from "./send.repository.ts";

const label = { zh: "正文", en: "Text" };
const fields = { text: { label, required: true, maxLength: 40, escape: "none" as const } };

function shared(text: string, variables: SharedContent["variables"] = {}): SharedContent {
  const compiled = compileRendering({ text }, fields);
  const needed = neededVariables(variablesIn(compiled), [
    { name: "course", type: "text", required: true },
    { name: "rate", type: "text", required: false, default: "0%" },
  ]);
  const unsubscribeUrl = (address: string) => `https://m.cn/u/${address}`;
  const given = { course: "英语", ...variables };
  return { compiled, fields, variables: given, needed, unsubscribeUrl, carriesUnsubscribe: false };
}

const row = (
  variables: ReadyRow[2] = null,
  attributes: ReadyRow[5] = { grade: 3, boards: true },
): ReadyRow => ["33", "13800138000", variables, "2024001", "张伟", attributes];

const textOf = (content: SharedContent, of: ReadyRow) => {
  const rendered = renderDelivery(content, of);
  return "message" in rendered ? rendered.message.content.text : rendered;
};

describe("renderDelivery", () => {
  it("takes the row's value before the user's, and the user's before the message's", () => {
    const content = shared("{{user_name}} {{course}}", { user_name: "同学" });
    expect(textOf(content, row({ course: "数学", user_name: "李娜" }))).toBe("李娜 数学");
    expect(textOf(content, row())).toBe("张伟 英语");
    expect(textOf(content, ["33", "x", null, null, null, null])).toBe("同学 英语");
  });

  it("knows the user's id and attributes", () => {
    expect(textOf(shared("{{user_id}} {{user_grade}} {{user_boards}}"), row())).toBe("2024001 3 true");
    expect(textOf(shared("{{user_name}}"), row(null, { name: "小伟" }))).toBe("小伟");
    expect(textOf(shared("[{{user_constructor}}]"), row())).toBe("[]");
  });

  it("fills in the default of a value that is not given or blank", () => {
    expect(textOf(shared("{{rate}}"), row())).toBe("0%");
    expect(textOf(shared("{{rate}}"), row({ rate: " " }))).toBe("0%");
    expect(textOf(shared("{{rate}}"), row({ rate: 0 }))).toBe("0");
  });

  it("says which required values are missing, whether the content uses them or not", () => {
    const missing = { id: "33", reason: "missing_variable", detail: "course" };
    expect(renderDelivery(shared("{{rate}}", { course: "" }), row())).toEqual(missing);
  });

  it("hands on only what the content uses", () => {
    const rendered = renderDelivery(shared("{{rate}} {{user_name}}"), row({ secret: "x" }));
    expect(rendered).toMatchObject({ message: { variables: { rate: "0%", user_name: "张伟" } } });
    expect(Object.keys("message" in rendered ? rendered.message.variables : {})).toHaveLength(2);
  });

  it("fills in where the recipient unsubscribes, whatever a caller gives for it", () => {
    const content = shared("{{unsubscribe_url}}", { unsubscribe_url: "https://evil.cn" });
    const rendered = renderDelivery(content, row({ unsubscribe_url: "https://evil.cn" }));
    const url = "https://m.cn/u/13800138000";
    expect(rendered).toMatchObject({
      message: { content: { text: url }, variables: { unsubscribe_url: url } },
    });
    expect(rendered).not.toHaveProperty("message.unsubscribeUrl");
  });

  it("hands the vendor where the recipient unsubscribes where it has a place for it", () => {
    const content = { ...shared("{{rate}}"), carriesUnsubscribe: true };
    expect(renderDelivery(content, row())).toMatchObject({
      message: { unsubscribeUrl: "https://m.cn/u/13800138000", variables: { rate: "0%" } },
    });
  });
});
