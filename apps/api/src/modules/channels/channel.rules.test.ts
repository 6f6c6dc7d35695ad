import { describe, expect, it } from "vitest";
import { abilityOf, SOURCE_PERMISSIONS } from "../../platform/authorization/index.ts";
import { testPlugin } from "./channel.fixture.ts";
import { checkForm, visibleTo } from "./channel.rules.ts";

const settings = { endpoint: "https://vendor.example" };

describe("checkForm", () => {
  it("takes a form with every required field", () => {
    expect(checkForm(testPlugin, { settings, secrets: { secretKey: "s3cret" } })).toEqual([]);
  });

  it("names the fields that are missing, secrets included", () => {
    const pointers = checkForm(testPlugin, { settings: {}, secrets: {} }).map(({ pointer }) => pointer);
    expect(pointers).toEqual(["/settings/endpoint", "/secrets/secretKey"]);
  });

  it("refuses a secret among the settings, where it would be answered in the clear", () => {
    const form = { settings: { ...settings, secretKey: "s3cret" }, secrets: {} };
    expect(checkForm(testPlugin, form)).toMatchObject([{ pointer: "/settings/secretKey", code: "secret" }]);
  });

  it("refuses secrets that the plugin does not have", () => {
    const form = { settings, secrets: { secretKey: "s3cret", endpoint: "x", "a/b": "y" } };
    expect(checkForm(testPlugin, form).map(({ pointer }) => pointer)).toEqual([
      "/secrets/endpoint",
      "/secrets/a~1b",
    ]);
  });

  it("does not ask again for a secret that is kept, but does when it is removed", () => {
    expect(checkForm(testPlugin, { settings, secrets: {} }, ["secretKey"])).toEqual([]);
    expect(checkForm(testPlugin, { settings, secrets: { secretKey: null } }, ["secretKey"])).toMatchObject([
      { pointer: "/secrets/secretKey" },
    ]);
  });
});

describe("visibleTo", () => {
  const channel = {
    settings,
    secrets: [{ field: "secretKey", updatedAt: new Date() }],
    sources: [
      { id: "src_1", name: "教务" },
      { id: "src_2", name: "缴费" },
    ],
    receiptsUrl: "https://tidings.example/v1/receipts/chn_1/token",
  };

  it("shows the receipts address to those who set channels up only", () => {
    const actor = { kind: "member", id: "mem_1", name: "王老师", accountId: "acc_1" } as const;
    const owner = abilityOf([{ action: "manage", subject: "all" }]);
    const reader = abilityOf([{ action: "read", subject: "Channel" }]);
    expect(visibleTo({ actor, ability: owner }, channel)).toEqual(channel);
    expect(visibleTo({ actor, ability: reader }, channel)).toEqual({ ...channel, receiptsUrl: null });
  });

  it("shows a source neither settings nor other sources", () => {
    const actor = { kind: "source", id: "src_1", name: "教务" } as const;
    const seen = visibleTo({ actor, ability: abilityOf(SOURCE_PERMISSIONS) }, channel);
    expect(seen).toEqual({
      settings: {},
      secrets: [],
      sources: [{ id: "src_1", name: "教务" }],
      receiptsUrl: null,
    });
  });
});
