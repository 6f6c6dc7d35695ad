import type { Installation } from "./installation.ts";
import { until } from "./patience.ts";
import { SAMPLES } from "./samples.ts";
import { givenSchool, messageTo, mustSucceed, newPhone, type School, users } from "./school.ts";
import { timePasses } from "./time.ts";

/** Stands in every text that the school of `givenCanarySchool` has. */
export const CANARY = "CANARY-OF-A";
/** A credential of its courier channel. */
export const SECRET = "SECRET-OF-A";

export interface CanarySchool extends School {
  /** Ids of everything that it has, by the names of path parameters. */
  ids: Record<string, string>;
  phone: string;
}

/** A school whose every text can be recognised, with messages that went wrong in several ways and one that did not. */
export async function givenCanarySchool(installation: Installation): Promise<CanarySchool> {
  const school = await givenSchool(installation, `${CANARY}-tenant`);
  const phone = newPhone();
  await nameAll(school);
  await addUser(school, phone);
  const ids = {
    ...(await makeContent(school)),
    ...(await makeExclusions(school)),
    ...(await requestApproval(school)),
    ...(await sendInTrouble(school)),
    channelId: school.channels.courier.id,
    sourceId: school.sourceId,
    apiKeyId: school.apiKeyId,
    memberId: school.memberIds.reviewer,
    userId: `${CANARY}-user`,
    kind: "push",
    number: "1",
  };
  return { ...school, ids, phone };
}

const make = <Body = { id: string }>(school: School, path: string, body: object, method = "POST") =>
  mustSucceed<Body>(school.owner(method, path, body));

async function nameAll(school: School): Promise<void> {
  await make(school, `/v1/sources/${school.sourceId}`, { name: `${CANARY}-source` }, "PATCH");
  const channel = { name: `${CANARY}-channel`, secrets: { token: SECRET } };
  await make(school, `/v1/channels/${school.channels.courier.id}`, channel, "PATCH");
  await make(school, `/v1/members/${school.memberIds.reviewer}`, { name: `${CANARY}-member` }, "PATCH");
}

const addUser = (school: School, phone: string) =>
  school.addUsers([
    {
      userId: `${CANARY}-user`,
      name: `${CANARY}-name`,
      attributes: { note: `${CANARY}-attribute` },
      tags: [`${CANARY}-tag`],
      identities: [
        { kind: "push", address: `${CANARY}-device` },
        { kind: "sms", address: phone },
        { kind: "email", address: `${CANARY}@example.cn` },
      ],
    },
  ]);

async function makeContent(school: School) {
  const tags = await mustSucceed<{ items: { id: string }[] }>(school.owner("GET", "/v1/tags"));
  const names = { code: `${CANARY}-template`, name: `${CANARY}-template` };
  const template = await make(school, "/v1/templates", names);
  await make(school, `/v1/templates/${template.id}/versions`, {
    variables: [{ name: "content", type: "text", required: true, example: `${CANARY}-example` }],
    renderings: { push: { text: `${CANARY}-rendering {{content}}` } },
  });
  await mustSucceed(school.owner("POST", `/v1/templates/${template.id}/versions/1/publication`));
  const policy = await make(school, "/v1/policies", {
    ...SAMPLES.createPolicy?.(school, "canary"),
    name: `${CANARY}-policy`,
  });
  const at = new Date(Date.now() + 300 * 86_400_000).toISOString();
  const repeat = { kind: "daily", until: at.slice(0, 10) };
  const series = await make(school, "/v1/series", {
    // Other channels than the message that asks for approval has: a plan is remembered for a second.
    ...canaryMessage(["courier", "sms"]),
    schedule: { at, timeZone: "UTC", repeat },
  });
  const department = await make(school, "/v1/departments", { name: `${CANARY}-department` });
  const segment = await make(school, "/v1/segments", {
    name: `${CANARY}-segment`,
    rule: { attribute: "note", op: "eq", value: `${CANARY}-value` },
  });
  return {
    departmentId: department.id,
    segmentId: segment.id,
    fileId: await uploadFile(school),
    seriesId: series.id,
    on: repeat.until,
    templateId: template.id,
    tagId: tags.items[0]?.id ?? "",
    policyId: policy.id,
  };
}

async function makeExclusions(school: School) {
  const suppression = await make(school, "/v1/suppressions", {
    kind: "push",
    address: `${CANARY}-blocked`,
    note: `${CANARY}-note`,
  });
  const list = await make(school, "/v1/recipient-lists", { name: `${CANARY}-list`, note: `${CANARY}-note` });
  const entries = [{ userId: `${CANARY}-user` }, { kind: "push", address: `${CANARY}-listed` }];
  await make(school, `/v1/recipient-lists/${list.id}/entries`, { entries });
  return { suppressionId: suppression.id, listId: list.id };
}

async function uploadFile(school: School): Promise<string> {
  const file = await mustSucceed<{ id: string }>(
    school.owner("POST", `/v1/audience-files?name=${CANARY}-file.csv&kind=push`, undefined, {
      rawBody: `address,content\n${CANARY}-address,${CANARY}-cell`,
      headers: { "content-type": "text/csv" },
    }),
  );
  return file.id;
}

async function requestApproval(school: School) {
  const flow = {
    name: `${CANARY}-flow`,
    state: "on",
    conditions: { sourceIds: [], composed: true },
    levels: [{ name: `${CANARY}-level`, roleIds: [school.roleIds.reviewer], mode: "any" }],
  };
  await make(school, "/v1/approval-flow", flow, "PUT");
  await school.send(canaryMessage(["courier"]), { as: school.operator });
  const page = await mustSucceed<{ items: { id: string }[] }>(school.owner("GET", "/v1/approval-requests"));
  return { requestId: page.items[0]?.id ?? "" };
}

export const canaryMessage = (channels: string[]) =>
  messageTo(users(`${CANARY}-user`), channels, { variables: { content: `${CANARY}-content` } });

/** To more than go out without a hint. */
export const canaryCrowd = (channels: string[]) => ({
  ...canaryMessage(channels),
  audience: {
    kind: "addresses",
    addresses: Array.from({ length: 101 }, (_, index) => ({ address: `${CANARY}-${index}` })),
  },
});

/** Sent while the vendor refuses, is busy and cuts the connection; then over every channel, which works. */
async function sendInTrouble(school: School) {
  const { installation } = school;
  for (const answer of [{ status: 401 }, { status: 429 }, "cut"] as const) {
    installation.vendor.answer(() => answer);
    const id = await school.send(canaryMessage(["courier"]));
    await until(async () => (await school.timelineOf(id)).reason !== null);
    installation.vendor.answer(() => ({ status: 200 }));
    // Again and again: the pause before the next round may begin after the reason is seen.
    await until(async () => {
      await timePasses(installation, 100);
      return (await school.message(id)).state === "completed";
    });
  }
  const messageId = await school.send(canaryMessage(["courier", "sms", "mail"]), { key: `${CANARY}-key` });
  await school.completed(messageId);
  const delivered = await until(async () => {
    const deliveries = await school.deliveriesOf(messageId);
    // The SMS vendor reports on its own account: nothing is under way once it has.
    return deliveries.some(({ state }) => state === "delivered") ? deliveries : undefined;
  });
  const courier = delivered.find(({ channel }) => channel.id === school.channels.courier.id);
  return { messageId, deliveryId: courier?.id ?? "" };
}
