import { describe, expect, test } from "vitest";
import type { Channel, Plugin, Tag, TemplateVersion } from "#lib/api/client.ts";
import { checkDraft } from "#lib/features/compose/check-draft.ts";
import {
  channelObstacle,
  policyObstacle,
  variablesOf,
  type WrittenContent,
  writtenContent,
} from "#lib/features/compose/compose.rules.ts";
import type { ComposeOptions } from "#lib/features/compose/compose-options.ts";
import { type Draft, emptyDraft } from "#lib/features/compose/draft.ts";
import { sentMessage } from "#lib/features/compose/sent-message.ts";
import { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";

const tags = [
  { name: "2023级", userCount: 8 },
  { name: "2024级", userCount: 5 },
] as Tag[];
const sms = { id: "chn_1", kind: "sms", pluginId: "plain" } as Channel;
const coded = { id: "chn_3", kind: "sms", pluginId: "coded" } as Channel;
const email = { id: "chn_2", kind: "email" } as Channel;
const version = {
  variables: [
    { name: "user_name", type: "text", required: true },
    { name: "rate", type: "number", required: true },
    { name: "place", type: "text", required: true, default: "操场" },
  ],
  renderings: { sms: { text: "{{rate}}" }, email: {} },
} as unknown as TemplateVersion;

const words = (text: string) => ({ zh: text, en: text });
const field = (label: string) => ({ label: words(label), required: true, maxLength: 10 });
const smsPlugin = (id: string, content: object) =>
  ({
    id,
    name: words(id),
    kind: "sms",
    address: { schema: { type: "string", pattern: "^1[3-9]\\d{9}$" }, label: words("手机号") },
    content,
  }) as unknown as Plugin;
const plugins = new PluginCatalogue([
  smsPlugin("plain", { text: field("内容") }),
  smsPlugin("coded", { text: field("内容"), code: field("模板编号") }),
]);
const options = {
  channels: [sms, email, coded],
  policies: [{ id: "pol_1", steps: [{ channelIds: ["chn_3"] }] }],
  tags,
  plugins,
  templates: [{ id: "tpl_1" }],
  departments: [{ id: "dep_1" }],
  segments: [{ id: "seg_1" }],
  lists: [{ id: "lst_1" }],
} as unknown as ComposeOptions;

const draftWith = (audience: Partial<Draft["audience"]>, changes: Partial<Draft> = {}): Draft => ({
  ...emptyDraft(),
  ...changes,
  audience: { ...emptyDraft().audience, ...audience },
});
const toNumbers = (...addresses: string[]) => ({ kind: "addresses", addressKind: "sms", addresses }) as const;
const faultsOf = (draft: Draft) =>
  Object.entries(checkDraft(draft, options, version)).flatMap(([name, text]) => (text ? [name] : []));

describe("variables", () => {
  test("the user's own are not asked for, except of typed addresses", () => {
    expect(variablesOf(draftWith({}), version).ofUser).toEqual(["user_name"]);
    const typed = variablesOf(draftWith(toNumbers("15213130124")), version);
    expect(typed.ofUser).toEqual([]);
    expect(typed.given.map(({ name }) => name)).toEqual(["user_name", "rate", "place"]);
  });

  test("own content asks for what it uses, once", () => {
    const content = { sms: { text: "{{ time }} {{user_name}} {{time}}" } };
    const draft = draftWith({}, { contentFrom: "own", kinds: ["sms"], content });
    expect(variablesOf(draft, undefined).given.map(({ name }) => name)).toEqual(["time"]);
  });
});

/** Content of these kinds that lacks nothing. */
const writtenFor = (...kinds: string[]): WrittenContent => ({ kinds, lackedBy: () => [] });

describe("ways", () => {
  test("typed addresses go by their own kind and by no policy", () => {
    const draft = draftWith(toNumbers("15213130124"));
    expect(channelObstacle(draft, writtenFor("sms"), sms)).toBeUndefined();
    expect(channelObstacle(draft, writtenFor("sms"), email)).toBe("other_address");
    const policy = { steps: [{ channelIds: ["chn_1"] }] } as never;
    expect(policyObstacle(draft, writtenFor("sms"), policy, [sms])).toBe("needs_users");
  });

  test("a policy needs every channel on and written for", () => {
    const policy = { steps: [{ channelIds: ["chn_1"] }, { channelIds: ["chn_2"] }] } as never;
    expect(policyObstacle(draftWith({}), writtenFor("sms"), policy, [sms])).toBe("channel_off");
    expect(policyObstacle(draftWith({}), writtenFor("sms"), policy, [sms, email])).toBe("no_content");
    expect(policyObstacle(draftWith({}), writtenFor("sms", "email"), policy, [sms, email])).toBeUndefined();
  });
});

describe("a template that leaves out what some channels of a kind need", () => {
  test("names it, and fits those that do not need it", () => {
    const content = writtenContent(draftWith({}), version, plugins);
    expect(content.lackedBy(coded)).toEqual(["模板编号"]);
    expect(channelObstacle(draftWith({}), content, coded)).toBe("incomplete");
    expect(channelObstacle(draftWith({}), content, sms)).toBeUndefined();
    const policy = { steps: [{ channelIds: ["chn_1"] }, { channelIds: ["chn_3"] }] } as never;
    expect(policyObstacle(draftWith({}), content, policy, [sms, coded])).toBe("incomplete");
  });

  test("keeps the draft from being sent by those that do", () => {
    const rest = { template: "tpl_1", variables: { rate: "72" } };
    const draft = (changes: Partial<Draft>) => draftWith({ kind: "all" }, { ...rest, ...changes });
    expect(faultsOf(draft({ channels: ["chn_1"] }))).toEqual([]);
    expect(faultsOf(draft({ channels: ["chn_1", "chn_3"] }))).toEqual(["channels"]);
    expect(faultsOf(draft({ way: "policy", policy: "pol_1" }))).toEqual(["policy"]);
  });
});

describe("checking", () => {
  test("an empty draft lacks a tag, a template and a channel", () => {
    expect(faultsOf(draftWith({}))).toEqual(["audience/any", "template", "variables/rate", "channels"]);
  });

  test("a number that is none and a text that is too long are found", () => {
    const draft = draftWith(toNumbers("1521313"), {
      contentFrom: "own",
      kinds: ["sms"],
      content: { sms: { text: "超过十个字的短信内容" + "。" } },
      channels: ["chn_1"],
    });
    expect(faultsOf(draft)).toEqual(["audience/addresses", "content/sms/text"]);
  });

  test("what only some channels of a kind need is asked for where one of them is chosen", () => {
    const content = { sms: { text: "明天停课" } };
    const own: Partial<Draft> = { contentFrom: "own", kinds: ["sms"], content };
    const draft = (changes: Partial<Draft>) => draftWith({ kind: "all" }, { ...own, ...changes });
    expect(faultsOf(draft({ channels: ["chn_1"] }))).toEqual([]);
    expect(faultsOf(draft({ channels: ["chn_1", "chn_3"] }))).toEqual(["content/sms/code"]);
    expect(faultsOf(draft({ way: "policy", policy: "pol_1" }))).toEqual(["content/sms/code"]);
    const filled = { sms: { ...content.sms, code: "SMS_1" } };
    expect(faultsOf(draft({ channels: ["chn_3"], content: filled }))).toEqual([]);
  });

  test("what a draft names has to be there still", () => {
    const rest = { channels: ["chn_1"], variables: { rate: "1" } };
    const there = { ...rest, template: "tpl_1", listUse: "deny", list: "lst_1" } as const;
    expect(faultsOf(draftWith({ kind: "segment", segmentId: "seg_1" }, there))).toEqual([]);
    expect(faultsOf(draftWith({ kind: "departments", departmentIds: ["dep_1"] }, there))).toEqual([]);
    const gone = { ...rest, template: "tpl_2", listUse: "allow", list: "lst_2" } as const;
    expect(faultsOf(draftWith({ kind: "segment", segmentId: "seg_2" }, gone))).toEqual([
      "audience/segmentId",
      "template",
      "allowList",
    ]);
    expect(faultsOf(draftWith({ kind: "departments", departmentIds: ["dep_1", "dep_2"] }, there))).toEqual([
      "audience/departmentIds",
    ]);
  });
});

test("only what the choices use is sent", () => {
  const draft = draftWith(toNumbers("15213130124"), {
    contentFrom: "own",
    template: "tpl_1",
    policy: "pol_1",
    kinds: ["sms", "email"],
    content: { sms: { text: "{{time}}", note: " " }, email: { subject: "x" } },
    variables: { time: "8:00", rate: "1" },
    channels: ["chn_1"],
    priority: "1",
  });
  expect(sentMessage(draft, undefined)).toEqual({
    audience: { kind: "addresses", addresses: [{ address: "15213130124" }] },
    category: "service",
    channels: ["chn_1"],
    content: { sms: { text: "{{time}}" } },
    variables: { time: "8:00" },
    priority: 1,
  });
});
