import { describe, expect, it } from "vitest";
import type { PluginCatalogue } from "./address.rules.ts";
import {
  checkScope,
  checkSize,
  checkUserInput,
  type Identity,
  isSameUser,
  type KnownReferences,
  maskUser,
  mergeUser,
  type UserState,
} from "./user.rules.ts";

const address = {
  schema: { type: "string" as const, maxLength: 100 },
  label: { zh: "地址", en: "Address" },
};
const plugins: PluginCatalogue = {
  list: () => [{ manifest: { kind: "sms", address } }, { manifest: { kind: "email", address } }],
};
const known: KnownReferences = {
  sourceIds: new Set(["src_a"]),
  channelKinds: new Map([["chn_sms", "sms"]]),
  departments: new Map(
    ["g1-c1", "dep_1"].map((reference) => [reference, { id: "dep_1", path: ["高一", "1班"] }]),
  ),
};
const identity = (kind: string, value: string, scope: Identity["scope"] = { kind: "all" }): Identity => ({
  kind,
  address: value,
  scope,
});
const zhang: UserState = {
  name: "张三",
  attributes: { grade: 3, boarding: true },
  identities: [identity("sms", "15212343124")],
  tags: ["家长"],
  departments: [],
};

describe("mergeUser", () => {
  it("leaves what is left out", () => {
    expect(mergeUser(zhang, { userId: "1" })).toEqual(zhang);
  });

  it("completes identities without erasing those of another kind or scope", () => {
    const bound = identity("sms", "15200000000", { kind: "source", sourceId: "src_a" });
    const merged = mergeUser(zhang, { userId: "1", identities: [identity("email", "z@example.cn"), bound] });
    expect(merged.identities).toEqual([...zhang.identities, identity("email", "z@example.cn"), bound]);
  });

  it("replaces the identity of the same kind and scope", () => {
    const merged = mergeUser(zhang, { userId: "1", identities: [identity("sms", "15211112222")] });
    expect(merged.identities).toEqual([identity("sms", "15211112222")]);
  });

  it("merges attributes by name and takes those away that are null", () => {
    const merged = mergeUser(zhang, { userId: "1", attributes: { grade: null, class: "2" } });
    expect(merged.attributes).toEqual({ boarding: true, class: "2" });
  });

  it("takes tags as a whole, each once", () => {
    expect(mergeUser(zhang, { userId: "1", tags: ["b", "a", "b"] }).tags).toEqual(["a", "b"]);
    expect(mergeUser(zhang, { userId: "1", tags: [] }).tags).toEqual([]);
  });
});

describe("checkUserInput", () => {
  it("refuses two identities of one kind and scope", () => {
    const input = { userId: "1", identities: [identity("sms", "1"), identity("sms", "2")] };
    expect(checkUserInput(input, plugins, known)).toMatchObject([
      { pointer: "/identities/1", code: "declared_twice" },
    ]);
  });

  it("points at each wrong identity", () => {
    const input = { userId: "1", identities: [identity("fax", "1"), identity("sms", "x".repeat(101))] };
    expect(checkUserInput(input, plugins, known).map(({ pointer }) => pointer)).toEqual([
      "/identities/0/kind",
      "/identities/1/address",
    ]);
  });
});

describe("checkScope", () => {
  it("refuses sources and channels that are not the tenant's", () => {
    const source = identity("sms", "1", { kind: "source", sourceId: "src_b" });
    expect(checkScope(source, known, "")).toMatchObject({ code: "unknown_source" });
    const channel = identity("sms", "1", { kind: "channel", channelId: "chn_x" });
    expect(checkScope(channel, known, "")).toMatchObject({ code: "unknown_channel" });
  });

  it("refuses a channel of another kind", () => {
    const channel = identity("email", "1", { kind: "channel", channelId: "chn_sms" });
    expect(checkScope(channel, known, "")).toMatchObject({ code: "unknown_channel" });
    expect(checkScope({ ...channel, kind: "sms" }, known, "")).toBeUndefined();
  });

  it("keeps a source from binding identities to another one", () => {
    const bound = identity("sms", "1", { kind: "source", sourceId: "src_a" });
    expect(checkScope(bound, { ...known, onlySourceId: "src_b" }, "")).toMatchObject({
      code: "another_source",
    });
    expect(checkScope(bound, { ...known, onlySourceId: "src_a" }, "")).toBeUndefined();
  });
});

describe("checkSize", () => {
  it("holds for the user as it would become", () => {
    const attributes = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`a${index}`, index]));
    expect(checkSize(mergeUser(zhang, { userId: "1", attributes }))).toMatchObject([
      { pointer: "/attributes", code: "too_many" },
    ]);
    expect(checkSize(zhang)).toEqual([]);
  });
});

describe("isSameUser", () => {
  it("does not care for the order of attributes, identities and tags", () => {
    const other = { ...zhang, identities: [identity("email", "z@example.cn"), ...zhang.identities] };
    expect(isSameUser(other, { ...other, identities: [...other.identities].reverse() })).toBe(true);
    expect(isSameUser(zhang, other)).toBe(false);
  });
});

describe("maskUser", () => {
  it("masks every address", () => {
    expect(maskUser(zhang).identities).toEqual([identity("sms", "152****3124")]);
  });
});
