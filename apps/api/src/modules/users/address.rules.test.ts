import type { AddressRules } from "@tidings/sdk/plugin";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAddress, maskAddress, type PluginCatalogue } from "./address.rules.ts";

const plugin = (kind: string, pattern: string) => {
  const address: AddressRules = {
    schema: { type: "string", pattern, maxLength: 30 },
    label: { zh: "地址", en: "Address" },
  };
  return { manifest: { kind, address } };
};
const plugins: PluginCatalogue = {
  list: () => [plugin("sms", "^1[3-9]\\d{9}$"), plugin("sms", "^\\+\\d+$"), plugin("email", "^[^@]+@[^@]+$")],
};

describe("checkAddress", () => {
  it("accepts what suits any plugin of the kind", () => {
    expect(checkAddress(plugins, { kind: "sms", address: "15212343124" }, "/0")).toBeUndefined();
    expect(checkAddress(plugins, { kind: "sms", address: "+4915212343124" }, "/0")).toBeUndefined();
  });

  it("refuses what suits none, too long ones included", () => {
    const problem = { pointer: "/0/address", code: "not_an_address" };
    expect(checkAddress(plugins, { kind: "sms", address: "z@example.cn" }, "/0")).toMatchObject(problem);
    expect(checkAddress(plugins, { kind: "sms", address: `+${"1".repeat(40)}` }, "/0")).toMatchObject(
      problem,
    );
  });

  it("lists the kinds there are for a kind that no plugin serves", () => {
    const problem = checkAddress(plugins, { kind: "fax", address: "1" }, "/0");
    expect(problem).toMatchObject({ pointer: "/0/kind", code: "unknown_kind" });
    expect(problem?.detail).toContain("email, sms");
  });
});

describe("maskAddress", () => {
  it.each([
    ["15212343124", "152****3124"],
    ["+8615212343124", "+86152****3124"],
    ["6688123", "****23"],
    ["zhang.san@example.cn", "z***@example.cn"],
    ["o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "o6***"],
    ["short", "***"],
    ["@nobody", "***"],
  ])("masks %s as %s", (address, masked) => {
    expect(maskAddress(address)).toBe(masked);
  });

  it("never gives an address away", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (address) => {
        fc.pre(!address.includes("*"));
        expect(maskAddress(address)).not.toContain(address);
      }),
    );
  });
});
