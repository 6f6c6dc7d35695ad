import fc from "fast-check";
import { expect, it } from "vitest";
import { toLocation } from "./location.rules.ts";

it("leaves printable ASCII byte for byte and writes the rest as browsers do", () => {
  expect(toLocation("https://x.cn/缴费?a=张 三&b=%20")).toBe(
    "https://x.cn/%E7%BC%B4%E8%B4%B9?a=%E5%BC%A0%20%E4%B8%89&b=%20",
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const location = toLocation(text);
      expect(location).toMatch(/^[\x21-\x7e]*$/);
      const ascii = text.replace(/[^\x21-\x7e]+/g, "");
      expect(toLocation(ascii)).toBe(ascii);
    }),
  );
});
