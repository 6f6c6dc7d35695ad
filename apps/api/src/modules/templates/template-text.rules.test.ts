import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileText,
  escapeFor,
  literalLength,
  renderSegments,
  TemplateTextError,
  variablesOf,
} from "./template-text.rules.ts";

const asIs = (value: string) => value;
const render = (text: string, values: Record<string, string | number>) =>
  renderSegments(compileText(text), values, asIs);

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,7}$/);
const literal = fc.string().filter((text) => !text.includes("{") && !text.includes("}"));
const space = fc.constantFrom("", " ", "\t", "\n");
const placeholder = fc.tuple(space, name, space).map(([before, n, after]) => `{{${before}${n}${after}}}`);
const template = fc.array(fc.oneof(literal, placeholder)).map((parts) => parts.join(""));

describe("compileText", () => {
  it("renders like a naive replacement", () => {
    fc.assert(
      fc.property(template, fc.dictionary(name, fc.oneof(fc.string(), fc.integer())), (text, values) => {
        const naive = text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, variable: string) =>
          String(Object.hasOwn(values, variable) ? values[variable] : ""),
        );
        expect(render(text, values)).toBe(naive);
      }),
    );
  });

  it("either compiles any text or says where it goes wrong", () => {
    const braces = fc.string({ unit: fc.constantFrom("{", "}", "a", " ", "字") });
    fc.assert(
      fc.property(braces, (text) => {
        try {
          compileText(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateTextError);
          const { position } = error as TemplateTextError;
          expect(text.slice(position, position + 2)).toBe("{{");
        }
      }),
    );
  });

  it.each([
    ["您好 {{name", 3, "never closed"],
    ["{{a}} {{b c}}", 6, '"b c"'],
    ["{{}}", 0, '""'],
    ["{{{a}}}", 0, '"{a"'],
    ["{{ a {{ b }}", 0, '"a {{ b"'],
    ["{{1st}}", 0, '"1st"'],
    ["{{a.b}}", 0, '"a.b"'],
  ])("refuses %s", (text, position, detail) => {
    expect(() => compileText(text)).toThrow(
      expect.objectContaining({ position, message: expect.stringContaining(detail) }),
    );
  });

  it("takes single braces and closing braces as text", () => {
    expect(render("@media{a{b:c}} {x}", {})).toBe("@media{a{b:c}} {x}");
  });
});

describe("renderSegments", () => {
  it("puts nothing in for what is not a text or a number of the values themselves", () => {
    expect(render("[{{constructor}}{{toString}}{{absent}}]", {})).toBe("[]");
  });

  it("never reads a value as a template", () => {
    expect(render("{{a}}", { a: "{{b}}", b: "secret" })).toBe("{{b}}");
  });
});

describe("variablesOf", () => {
  it("names each variable once, in order", () => {
    expect(variablesOf("{{b}}{{ a }}{{b}}")).toEqual(["b", "a"]);
  });
});

describe("literalLength", () => {
  it("counts code points around the variables", () => {
    expect(literalLength(compileText("😀{{name}}字"))).toBe(2);
  });
});

describe("escapeFor", () => {
  it("lets no markup through where the field is HTML", () => {
    const fit = escapeFor({ escape: "html", multiline: true });
    fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => !/[<>"']/.test(fit(value))));
    expect(fit(`<a href="x">'&'</a>`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  });

  it("drops control characters and keeps line feeds and tabs", () => {
    const fit = escapeFor({ escape: "none", multiline: true });
    expect(fit("a\u0000\u0007\r\n\tb\u007f\u0085c😀")).toBe("a\n\tbc😀");
  });

  it("keeps a value on its line in a field of one line", () => {
    expect(escapeFor({ escape: "none" })("Hi\r\nBcc: all@example.cn")).toBe("Hi Bcc: all@example.cn");
  });
});
