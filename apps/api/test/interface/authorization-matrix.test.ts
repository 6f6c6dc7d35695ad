import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  abilityOf,
  BUILT_IN_ROLES,
  type Permission,
  SOURCE_PERMISSIONS,
} from "../../src/platform/authorization/index.ts";
import {
  type Answer,
  appointOperators,
  type Call,
  callAnonymously,
  callWithKey,
  expectWellFormedProblem,
  fillPath,
  givenSchool,
  type Installation,
  listOperations,
  mustSucceed,
  type Operation,
  PASSWORD,
  requiredQuery,
  SAMPLES,
  type School,
  signIn,
  startInstallation,
} from "../harness/index.ts";

const ACTORS = [
  "anonymous",
  "garbage key",
  "revoked key",
  "expired key",
  "key of a source that is off",
  "other tenant's key",
  "owner",
  "operator",
  "reviewer",
  "source key",
  "operator of the installation",
] as const;
type Actor = (typeof ACTORS)[number];

let installation: Installation;
let school: School;
let other: School;
let operations: Operation[];
const keys: Partial<Record<Actor, string>> = {};
/** Route → actor → status. */
const matrix: Record<string, Partial<Record<Actor, number>>> = {};

beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  other = await givenSchool(installation, "邻校");
  await appointOperators(installation, other.emails.owner);
  operations = listOperations(installation);
  await prepareKeys();
}, 60_000);
afterAll(() => installation?.stop());

async function prepareKeys(): Promise<void> {
  const newKey = async (sourceId: string) =>
    mustSucceed<{ id: string; key: string }>(school.owner("POST", `/v1/sources/${sourceId}/api-keys`));
  const newSource = (code: string) =>
    mustSucceed<{ id: string }>(school.owner("POST", "/v1/sources", { code, name: code }));
  const { id: sourceId } = await newSource("keys");
  const revoked = await newKey(sourceId);
  await school.owner("DELETE", `/v1/sources/${sourceId}/api-keys/${revoked.id}`);
  const expired = await newKey(sourceId);
  await school.owner("POST", `/v1/sources/${sourceId}/api-keys/${expired.id}/rotations`, {
    overlapSeconds: 0,
  });
  const { id: offId } = await newSource("off");
  const off = await newKey(offId);
  await school.owner("PATCH", `/v1/sources/${offId}`, { state: "off" });
  Object.assign(keys, {
    "garbage key": "td_live_thisIsNotAKeyOfAnybodyAtAll000000000000",
    "revoked key": revoked.key,
    "expired key": expired.key,
    "key of a source that is off": off.key,
    "other tenant's key": other.apiKey,
    "source key": school.apiKey,
  } satisfies typeof keys);
}

/** Signed in afresh where the operation would end or change the session. */
async function callAs(actor: Actor, operation: Operation): Promise<Call> {
  const key = keys[actor];
  if (key !== undefined) return callWithKey(installation, key);
  if (actor === "anonymous") return callAnonymously(installation);
  if (actor === "operator of the installation") {
    return operation.path.startsWith("/v1/session")
      ? signIn(installation, other.emails.owner, PASSWORD)
      : other.owner;
  }
  const role = actor as "owner" | "operator" | "reviewer";
  return operation.path.startsWith("/v1/session")
    ? signIn(installation, school.emails[role], PASSWORD)
    : school[role];
}

async function ask(actor: Actor, operation: Operation): Promise<Answer<unknown>> {
  const call = await callAs(actor, operation);
  const unique = `${operation.id}-${ACTORS.indexOf(actor)}`.toLowerCase();
  const body = operation.hasBody ? SAMPLES[operation.id]?.(school, unique) : undefined;
  return call(operation.method, `${fillPath(operation)}${requiredQuery(operation)}`, body);
}

const permissionsOf = (role: string): Permission[] =>
  BUILT_IN_ROLES.find(({ code }) => code === role)?.permissions ?? [];

type Expected = "unauthenticated" | "forbidden" | "allowed";

/** What is open to all of a kind: every credential of a tenant, every login, the installation's operators. */
function mayEnter(permission: string, who: { isSource: boolean; isOperator: boolean }): Expected {
  if (permission === "tenant") return "allowed";
  return who.isSource || (permission === "operator" && !who.isOperator) ? "forbidden" : "allowed";
}

/** What the declared permission and the actor's permissions say. */
function expectedOf(actor: Actor, { permission }: Operation): Expected {
  if (permission === null) return "allowed";
  if (["anonymous", "garbage key", "revoked key", "expired key"].includes(actor)) return "unauthenticated";
  if (actor === "key of a source that is off") return "forbidden";
  const isSource = actor.endsWith("key");
  const isOperator = actor === "operator of the installation";
  if (typeof permission === "string") return mayEnter(permission, { isSource, isOperator });
  const ability = abilityOf(isSource ? SOURCE_PERMISSIONS : permissionsOf(isOperator ? "owner" : actor));
  const { action, subject } = permission as { action: "read"; subject: "Message" };
  return ability.can(action, subject) ? "allowed" : "forbidden";
}

const verdictOf = (status: number): Expected =>
  status === 401 ? "unauthenticated" : status === 403 ? "forbidden" : "allowed";

describe("the authorisation matrix", () => {
  it("has a sample body for every operation that takes one", () => {
    const missing = operations.filter(({ id, hasBody }) => hasBody && !SAMPLES[id]).map(({ id }) => id);
    expect(missing).toEqual([]);
  });

  it("declares a permission on every operation", () => {
    for (const { id, permission } of operations) expect(permission, id).not.toBeUndefined();
  });

  it.each(ACTORS)("answers every route as declared: %s", async (actor) => {
    const surprises: string[] = [];
    for (const operation of operations) {
      const answer = await ask(actor, operation);
      const route = `${operation.method} ${operation.path}`;
      matrix[route] = { ...matrix[route], [actor]: answer.status };
      if (answer.status >= 400) expectWellFormedProblem(answer);
      if (!operation.statuses.includes(answer.status))
        surprises.push(`${route}: ${answer.status} undeclared`);
      const [actual, expected] = [verdictOf(answer.status), expectedOf(actor, operation)];
      if (operation.permission !== null && actual !== expected) {
        surprises.push(`${route}: ${answer.status}, not ${expected}`);
      }
    }
    expect(surprises).toEqual([]);
  });

  it("is the one that was reviewed", async () => {
    const sorted = Object.fromEntries(Object.entries(matrix).sort(([a], [b]) => (a < b ? -1 : 1)));
    await expect(`${JSON.stringify(sorted, null, 2)}\n`).toMatchFileSnapshot("authorization-matrix.json");
  });
});

describe("changes of authority", () => {
  it("take effect at once: a disabled member, another role, a revoked key within a second", async () => {
    const email = "changing@school.example";
    const member = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/members", {
        email,
        name: "变动",
        roleId: school.roleIds.operator,
        password: PASSWORD,
      }),
    );
    const call = await signIn(installation, email, PASSWORD);
    expect((await call("GET", "/v1/users")).status).toBe(200);
    await school.owner("PATCH", `/v1/members/${member.id}`, { roleId: school.roleIds.reviewer });
    expect((await call("GET", "/v1/users")).status).toBe(403);
    await school.owner("PATCH", `/v1/members/${member.id}`, { state: "disabled" });
    expect((await call("GET", "/v1/me")).status).toBeGreaterThanOrEqual(401);
  });

  it("never let a member give a role that can do more than their own", async () => {
    const answer = await school.operator("POST", "/v1/members", {
      email: "climber@school.example",
      name: "x",
      roleId: school.roleIds.owner,
      password: PASSWORD,
    });
    expect(answer.status).toBe(403);
  });
});
