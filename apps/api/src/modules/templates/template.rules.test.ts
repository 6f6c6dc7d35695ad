import type { ContentField } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import {
  bestFit,
  checkVersion,
  contentsOf,
  lintPreview,
  type PluginCatalogue,
  previewValues,
} from "./template.rules.ts";

const label = { zh: "字段", en: "Field" };
const text = (maxLength: number, required = true) => ({
  label,
  required,
  maxLength,
  escape: "none" as const,
});
const plugin = (kind: string, content: Record<string, ContentField>) => ({ manifest: { kind, content } });
const plugins: PluginCatalogue = {
  list: () => [
    plugin("sms", { code: text(10), text: text(20) }),
    plugin("sms", { text: text(5), number: text(10) }),
    plugin("email", { subject: text(10), html: text(100, false) }),
  ],
};
const name = { name: "name", type: "text" as const, required: true };
const problemsOf = (renderings: Record<string, Record<string, string>>) =>
  checkVersion({ variables: [name], renderings }, plugins).map(({ pointer, code }) => [pointer, code]);

describe("checkVersion", () => {
  it("accepts renderings that suit a plugin of their kind", () => {
    expect(problemsOf({ sms: { code: "C1", text: "您好 {{name}}" }, email: { subject: "Hi" } })).toEqual([]);
  });

  it("accepts a rendering that serves two plugins of one kind", () => {
    expect(problemsOf({ sms: { code: "C1", text: "您好", number: "7" } })).toEqual([]);
  });

  it("lists the kinds there are when a kind is served by no plugin", () => {
    const [problem] = checkVersion({ variables: [], renderings: { fax: { text: "x" } } }, plugins);
    expect(problem).toMatchObject({ pointer: "/renderings/fax", code: "unknown_kind" });
    expect(problem?.detail).toContain("email, sms");
  });

  it("points at unknown fields, unknown variables and broken braces", () => {
    const problems = problemsOf({ email: { subject: "{{nobody}}", html: "{{name", body: "x" } });
    expect(problems).toEqual([
      ["/renderings/email/subject", "unknown_variable"],
      ["/renderings/email/html", "template_syntax"],
      ["/renderings/email/body", "unknown_field"],
    ]);
  });

  it("reports against the plugin that the rendering suits best", () => {
    expect(problemsOf({ sms: { code: "C1" } })).toEqual([["/renderings/sms/text", "required"]]);
  });

  it("measures the text without its variables", () => {
    expect(problemsOf({ email: { subject: `${"字".repeat(10)}{{name}}` } })).toEqual([]);
    expect(problemsOf({ email: { subject: "字".repeat(11) } })).toEqual([
      ["/renderings/email/subject", "too_long"],
    ]);
  });

  it("does not take what every object has for a field", () => {
    expect(problemsOf({ email: { subject: "Hi", constructor: "x" } })).toEqual([
      ["/renderings/email/constructor", "unknown_field"],
    ]);
  });
});

describe("lintPreview", () => {
  it("reports fields that the values make too long and variables used nowhere", () => {
    const renderings = { email: { subject: "Hi" } };
    const [fields] = contentsOf(plugins, "email");
    const findings = lintPreview(
      { variables: [name], renderings },
      "email",
      { subject: "x".repeat(11) },
      fields ?? {},
    );
    expect(findings.map(({ pointer, code }) => [pointer, code])).toEqual([
      ["/renderings/email/subject", "too_long"],
      ["/variables/0", "unused_variable"],
    ]);
  });
});

describe("previewValues", () => {
  it("prefers what is given, then default, then example, then the variable itself", () => {
    const variables = [
      { ...name, name: "a", default: "d", example: "e" },
      { ...name, name: "b", example: "e" },
      { ...name, name: "c" },
    ];
    const ofRecipient = { unsubscribe_url: "{{unsubscribe_url}}" };
    expect(previewValues(variables, {})).toEqual({ a: "d", b: "e", c: "{{c}}", ...ofRecipient });
    expect(previewValues(variables, { c: 1 })).toEqual({ a: "d", b: "e", c: 1, ...ofRecipient });
  });
});

describe("bestFit", () => {
  it("chooses the plugin with the fewest misfits", () => {
    const contents = contentsOf(plugins, "sms");
    expect(bestFit({ text: "您好", number: "7" }, contents)).toBe(contents[1]);
  });
});
