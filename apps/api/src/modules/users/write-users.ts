import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { invalidField, invalidInput, ProblemError } from "../../platform/errors.ts";
import { recordAudit } from "../audit/index.ts";
import { assignDepartments, fullName, resolveDepartments } from "../departments/index.ts";
import { tagUsers } from "../tags/index.ts";
import { takeQuota } from "../tenants/index.ts";
import type { PluginCatalogue } from "./address.rules.ts";
import type { UserRecord } from "./user.repository.ts";
import { deleteUsers, lockUsers } from "./user.repository.ts";
import {
  checkSize,
  checkUserInput,
  isSameUser,
  type KnownReferences,
  maskUser,
  mergeUser,
  type UserInput,
  type UserState,
} from "./user.rules.ts";
import * as repository from "./user-write.repository.ts";

/** What became of one user; the outcomes of a call stand in the order of its inputs. */
export type WriteOutcome = { status: "created" | "updated" } | { status: "failed"; problem: ProblemError };

interface Change {
  record: UserRecord;
  next: UserState;
  input: UserInput;
  isNew: boolean;
}

/**
 * Creates and updates users, one or a thousand, in the same few statements. An input that cannot be saved fails alone.
 *
 * The missing users are inserted first and locked with the others afterwards: whoever else creates the same user at the
 * same moment waits, finds it there and updates it.
 */
export async function writeUsers(
  tx: Tx,
  ctx: RequestContext,
  plugins: PluginCatalogue,
  inputs: readonly UserInput[],
): Promise<WriteOutcome[]> {
  const failures = new Map<UserInput, ProblemError>();
  const known = await findKnownReferences(tx, ctx, inputs);
  const seen = new Set<string>();
  for (const input of inputs) {
    const problem = seen.has(input.userId)
      ? namedTwice(input)
      : refusal(checkUserInput(input, plugins, known));
    seen.add(input.userId);
    if (problem) failures.set(input, problem);
  }
  const sound = inputs.filter((input) => !failures.has(input));
  const created = await createMissing(tx, ctx, sound, failures);
  const changes = await planChanges(tx, ctx, { inputs: sound, created, known }, failures);
  await applyChanges(tx, ctx, changes);
  return inputs.map((input) => {
    const problem = failures.get(input);
    if (problem) return { status: "failed", problem };
    return { status: created.has(input.userId) ? "created" : "updated" };
  });
}

/** Inserts the users that are missing, as far as the quota goes. */
async function createMissing(
  tx: Tx,
  ctx: RequestContext,
  inputs: readonly UserInput[],
  failures: Map<UserInput, ProblemError>,
): Promise<Set<string>> {
  if (inputs.length === 0) return new Set();
  const rows = inputs.map((input) => {
    const { name, attributes } = mergeUser(blankUser(input.userId), input);
    return { externalId: input.userId, name, attributes };
  });
  const created = await repository.insertMissingUsers(tx, ctx.tenantId, rows);
  const full = await takeUserQuota(tx, ctx, created.size);
  if (!full) return created;
  const refused = inputs.filter((input) => created.has(input.userId)).slice(full.available);
  for (const input of refused) {
    failures.set(input, full.problem);
    created.delete(input.userId);
  }
  const refusedIds = refused.map((input) => input.userId);
  await deleteUsers(tx, ctx.tenantId, refusedIds);
  return created;
}

/** Takes for all users or, when the quota does not go that far, for as many as it does. */
async function takeUserQuota(
  tx: Tx,
  ctx: RequestContext,
  count: number,
): Promise<{ available: number; problem: ProblemError } | undefined> {
  if (count === 0) return undefined;
  try {
    await takeQuota(tx, ctx, "users", count);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { limit, used } = error.options.extensions ?? {};
    const available = Math.max(Number(limit) - Number(used), 0);
    // Others may take some of the rest meanwhile; then there is less for this call.
    const rest = available > 0 ? await takeUserQuota(tx, ctx, available) : undefined;
    return { available: rest?.available ?? available, problem: error };
  }
}

async function planChanges(
  tx: Tx,
  ctx: RequestContext,
  {
    inputs,
    created,
    known,
  }: { inputs: readonly UserInput[]; created: ReadonlySet<string>; known: KnownReferences },
  failures: Map<UserInput, ProblemError>,
): Promise<Change[]> {
  const wanted = inputs.filter((input) => !failures.has(input));
  const records = await lockUsers(
    tx,
    ctx.tenantId,
    wanted.map((input) => input.userId),
  );
  const byUserId = new Map(records.map((record) => [record.externalId, record]));
  return wanted.flatMap((input) => {
    const record = byUserId.get(input.userId);
    if (!record) return [];
    const next = mergeUser(record, input, known.departments);
    const problem = refusal(checkSize(next));
    if (problem) failures.set(input, problem);
    const isNew = created.has(input.userId);
    return problem || (!isNew && isSameUser(record, next)) ? [] : [{ record, next, input, isNew }];
  });
}

async function applyChanges(tx: Tx, ctx: RequestContext, changes: readonly Change[]): Promise<void> {
  const at = ctx.now();
  const old = changes.filter((change) => !change.isNew);
  const rows = old.map(({ record, next }) => ({ ...next, id: record.id }));
  await repository.updateUsers(tx, ctx.tenantId, rows, at);
  const identities = changes.flatMap(({ record, input }) =>
    (input.identities ?? []).map((identity) => ({ ...identity, userId: record.id })),
  );
  await repository.upsertIdentities(tx, ctx.tenantId, identities, at);
  const tagged = changes.flatMap(({ record, next, input }) =>
    input.tags ? [{ userId: record.id, names: next.tags }] : [],
  );
  await tagUsers(tx, ctx, tagged);
  const placed = changes.flatMap(({ record, next, input }) =>
    input.departments ? [{ userId: record.id, departmentIds: next.departments.map(({ id }) => id) }] : [],
  );
  await assignDepartments(tx, ctx, placed);
  await Promise.all(changes.map((change) => auditChange(tx, ctx, change)));
}

function auditChange(tx: Tx, ctx: RequestContext, { record, next, isNew }: Change): Promise<void> {
  return recordAudit(tx, ctx, {
    action: isNew ? "user.created" : "user.updated",
    ...named({ ...record, name: next.name }),
    ...(isNew ? {} : { before: auditView(record) }),
    after: auditView(next),
  });
}

/** The user as the audit log keeps it. */
export function auditView(user: UserState): object {
  const { name, attributes, identities, tags, departments } = maskUser(user);
  return { name, attributes, identities, tags, departments: departments.map(({ path }) => fullName(path)) };
}

export const named = (user: { id: string; name: string }) => ({ subjectId: user.id, subjectName: user.name });

/** The sources, channels and departments that the inputs name, as far as they exist. */
export async function findKnownReferences(
  tx: Tx,
  ctx: RequestContext,
  inputs: readonly Pick<UserInput, "identities" | "departments">[],
): Promise<KnownReferences> {
  const scopes = inputs.flatMap((input) => (input.identities ?? []).map((identity) => identity.scope));
  const sourceIds = scopes.flatMap((scope) => (scope.kind === "source" ? [scope.sourceId] : []));
  const channelIds = scopes.flatMap((scope) => (scope.kind === "channel" ? [scope.channelId] : []));
  return {
    sourceIds: await repository.findSourceIds(tx, ctx.tenantId, [...new Set(sourceIds)]),
    channelKinds: await repository.findChannelKinds(tx, ctx.tenantId, [...new Set(channelIds)]),
    onlySourceId: ctx.actor.kind === "source" ? ctx.actor.id : undefined,
    departments: await resolveDepartments(
      tx,
      ctx,
      inputs.flatMap((input) => input.departments ?? []),
      { isKept: true },
    ),
  };
}

/** A user that nothing is known of yet is called by its id. */
const blankUser = (userId: string): UserState => ({
  name: userId,
  attributes: {},
  identities: [],
  tags: [],
  departments: [],
});

function refusal(errors: ReturnType<typeof checkSize>): ProblemError | undefined {
  return errors[0] && invalidInput(errors[0].detail, { errors });
}

const namedTwice = (input: UserInput) =>
  invalidField("/userId", `The user "${input.userId}" stands earlier in this call already.`, "named_twice");
