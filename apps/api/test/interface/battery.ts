import { expect } from "vitest";
import {
  type Answer,
  appointOperators,
  expectProblem,
  expectWellFormedProblem,
  fillPath,
  givenSchool,
  type Installation,
  listOperations,
  type Operation,
  SAMPLES,
  type School,
  startInstallation,
} from "../harness/index.ts";

type Judge = (answer: Answer<unknown>, what: string) => void;

/** Refused as a mistake of the caller, never as ours. */
export const isRefused: Judge = (answer, what) => {
  expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).toBeGreaterThanOrEqual(400);
  isSane(answer, what);
};

/** Taken or refused, as the case may be, but never 5xx. */
export const isSane: Judge = (answer, what) => {
  expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
  if (answer.status >= 400) expectWellFormedProblem(answer);
};

/** Answers 422 and points at the field. */
export function expectPointer(answer: Answer<unknown>, pointer: string): void {
  expectProblem(answer, "invalid-input", 422);
  const { errors = [] } = answer.body as { errors?: { pointer: string }[] };
  expect(errors.map((one) => one.pointer)).toContain(pointer);
}

/** A school with one of each thing, and calls over all operations of the API. */
export interface Battery {
  installation: Installation;
  school: School;
  other: School;
  operations: Operation[];
  /** Ids of things that exist, by the names of path parameters. */
  ids: Record<string, string>;
  withBody: Operation[];
  /**
   * Calls the operation on things that exist, as the owner, who also runs the installation, or as the source what is only
   * for sources.
   */
  ask(
    operation: Operation,
    body: unknown,
    options?: Parameters<School["owner"]>[3],
  ): Promise<Answer<unknown>>;
  /** A valid body that was not used before. */
  sampleOf(operation: Operation): object;
}

export async function startBattery(): Promise<Battery> {
  const installation = await startInstallation({ engine: false });
  const school = await givenSchool(installation);
  const other = await givenSchool(installation, "邻校");
  // What a user's own token opens, and no credential of a school's, is tried in `inbox-users.test.ts`.
  const operations = listOperations(installation).filter(({ permission }) => permission !== "inbox user");
  await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-1" }] }]);
  const ids = await givenOneOfEach(school);
  await grantInbox(school);
  let unique = 0;
  return {
    installation,
    school,
    other,
    operations,
    ids,
    withBody: operations.filter(({ hasBody }) => hasBody),
    ask: (operation, body, options = {}) => {
      const call = operation.permission === "source" ? school.source : school.owner;
      return call(operation.method, fillPath(operation, ids), body, options);
    },
    sampleOf: ({ id }) => SAMPLES[id]?.(school, `bad-${unique++}`) ?? {},
  };
}

/** Existing things, so that a body is judged by the use case and not answered with 404 before. */
async function givenOneOfEach(school: School): Promise<Record<string, string>> {
  const { owner, channels, sourceId, apiKeyId } = school;
  const made = async (path: string, operationId: string) =>
    (await owner("POST", path, SAMPLES[operationId]?.(school, "given"))).body.id as string;
  // As an operator as well, so that the installation's own routes are judged like any other.
  await appointOperators(school.installation, school.emails.owner);
  const publisher = SAMPLES.createPublisher?.(school, "given") as { slug: string };
  const registries = await owner("GET", "/v1/operator/registries");
  const templateId = await made("/v1/templates", "createTemplate");
  await owner("POST", `/v1/templates/${templateId}/versions`, SAMPLES.saveTemplateVersion?.(school, "given"));
  return {
    channelId: channels.courier.id,
    sourceId,
    apiKeyId,
    userId: "u-1",
    kind: "push",
    templateId,
    number: "1",
    tagId: await made("/v1/tags", "createTag"),
    suppressionId: await made("/v1/suppressions", "createSuppression"),
    listId: await made("/v1/recipient-lists", "createRecipientList"),
    policyId: await made("/v1/policies", "createPolicy"),
    departmentId: await made("/v1/departments", "createDepartment"),
    segmentId: await made("/v1/segments", "createSegment"),
    messageId: await scheduledMessage(school),
    memberId: school.memberIds.reviewer,
    publisherId: await made("/v1/publishers", "createPublisher"),
    slug: publisher.slug,
    registryId: registries.body.items[0].id,
    endpointId: await made(`/v1/sources/${sourceId}/callback-endpoints`, "createCallbackEndpoint"),
    tenantId: school.tenantId,
  };
}

/** Tokens are for a channel with inboxes that the source may use. */
async function grantInbox({ owner, sourceId }: School): Promise<void> {
  const channel = { code: "inbox", name: "站内信", pluginId: "tidings/inbox", settings: { keepDays: 30 } };
  const { body } = await owner("POST", "/v1/channels", { ...channel, state: "on" });
  await owner("PUT", `/v1/sources/${sourceId}/channels/${body.id}`);
}

/** Waits for its time, so that it can still be changed. */
async function scheduledMessage(school: School): Promise<string> {
  const body = { ...SAMPLES.sendMessage?.(school, "given"), ...SAMPLES.updateMessage?.(school, "given") };
  return (await school.owner("POST", "/v1/messages", body)).body.id as string;
}

const AT_ONCE = 6;

/** Checks every item, some at once; failures are collected, so that one run names them all. */
export async function overAll<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  check: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const faults: string[] = [];
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const name = nameOf(item);
      await check(item).catch((error: Error) => faults.push(`${name}: ${error.message}`));
    }
  });
  await Promise.all(lanes);
  expect(faults).toEqual([]);
}

export const routeOf = ({ method, path }: Operation) => `${method} ${path}`;
