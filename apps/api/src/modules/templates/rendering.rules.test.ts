import { describe, expect, it } from "vitest";
import {
  type ContentFields,
  compileRendering,
  missingFields,
  overlongFields,
  renderContent,
} from "./rendering.rules.ts";

const label = { zh: "字段", en: "Field" };
const fields: ContentFields = {
  subject: { label, required: true, maxLength: 10, escape: "none" },
  html: { label, required: false, maxLength: 100, escape: "html", multiline: true },
};

describe("compileRendering", () => {
  it("renders each field with the escaping the plugin declares", () => {
    const compiled = compileRendering({ subject: "<{{a}}>", html: "<b>{{a}}</b>" }, fields);
    expect(renderContent(compiled, { a: "1 < 2" })).toEqual({ subject: "<1 < 2>", html: "<b>1 &lt; 2</b>" });
  });

  it("leaves out fields that the plugin does not know", () => {
    const compiled = compileRendering({ subject: "Hi", constructor: "x" }, fields);
    expect(renderContent(compiled, {})).toEqual({ subject: "Hi" });
  });
});

describe("missingFields", () => {
  it("names required fields only", () => {
    expect(missingFields({}, fields)).toEqual(["subject"]);
    expect(missingFields({ subject: "Hi" }, fields)).toEqual([]);
  });
});

describe("overlongFields", () => {
  it("counts code points, not UTF-16 units", () => {
    expect(overlongFields({ subject: "😀".repeat(10) }, fields)).toEqual([]);
    expect(overlongFields({ subject: "😀".repeat(11) }, fields)).toEqual(["subject"]);
  });
});
