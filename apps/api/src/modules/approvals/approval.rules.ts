import type { schema } from "@tidings/db";
import { abilityOf, type Permission } from "../../platform/authorization/index.ts";
import type { FieldProblem } from "../../platform/errors.ts";
import type { Money } from "../costs/index.ts";
import {
  alreadyDecided,
  authorCannotDecide,
  contentChanged,
  decidedInEarlierLevel,
  neededInLaterLevel,
  nobodyCanApprove,
  notAReviewer,
} from "./approval.errors.ts";

/**
 * A request goes through its levels in order. It is `pending` until one of these happens:
 * - a reviewer rejects: `rejected`, whatever the level;
 * - the last level is satisfied: `approved`;
 * - its subject is changed or withdrawn: `void`.
 *
 * A level of mode `any` is satisfied by one approval. A level of mode `all` is satisfied when everybody who may decide
 * there *now* has approved; an approval of somebody who has lost the role since stays counted, and a level that waited
 * only for somebody who may no longer decide is satisfied at that moment. Who may decide: active
 * members with one of the level's roles and the permission, never the author. Each has one vote: whoever has voted in
 * a level decides in none behind it.
 */
export interface ReviewedRequest {
  levels: readonly ApprovalLevel[];
  /** Index of the level that has to decide next; it stays at the last one when the request ends. */
  level: number;
  state: ApprovalState;
  contentHash: Uint8Array;
  /** The member who wrote the subject; null when a source asked. */
  requestedBy: string | null;
}

export type ApprovalLevel = schema.ApprovalLevel;
export type ApprovalConditions = schema.ApprovalConditions;
export type ApprovalState = (typeof APPROVAL_STATES)[number];
export const APPROVAL_STATES = ["pending", "approved", "rejected", "void"] as const;

export interface Ballot {
  level: number;
  memberId: string;
  decision: "approve" | "reject";
}

export interface Vote {
  memberId: string;
  decision: "approve" | "reject";
  /** Hex, of the content that the reviewer saw. */
  contentHash: string;
}

/** An active member with one of the roles in question. */
export interface Candidate {
  memberId: string;
  roleId: string;
  permissions: readonly schema.Permission[];
}

/** What a message may cost, as far as it is known. */
export interface ApprovalCost {
  totals: readonly { currency: string; atMost: number }[];
  /** False: it costs at least so much. */
  isComplete: boolean;
}

/**
 * Whether a message needs approval. `sourceId` is null when a member composed it. Without a `cost`, it is asked for
 * whatever it may cost.
 */
export function needsApproval(
  { state, conditions }: { state: "on" | "off"; conditions: ApprovalConditions },
  { sourceId, cost }: { sourceId: string | null; cost?: ApprovalCost | undefined },
): boolean {
  if (state === "off") return false;
  const isMeant = sourceId === null ? conditions.composed : conditions.sourceIds.includes(sourceId);
  return isMeant && (!conditions.minimumCost || !cost || mayCost(cost, conditions.minimumCost));
}

/** What cannot be compared, because it is in another currency or not all known, may cost anything. */
function mayCost({ totals, isComplete }: ApprovalCost, minimum: Money): boolean {
  if (!isComplete) return true;
  return totals.some(({ currency, atMost }) =>
    currency === minimum.currency ? atMost >= minimum.amount : atMost > 0,
  );
}

/** Where the request stands after the vote. Throws when the vote does not count, or its member is needed behind. */
export function decide(
  request: ReviewedRequest,
  ballots: readonly Ballot[],
  candidates: readonly Candidate[],
  vote: Vote,
): Pick<ReviewedRequest, "state" | "level"> {
  assertVote(request, ballots, candidates, vote);
  const { level } = request;
  if (vote.decision === "reject") return { state: "rejected", level };
  const cast: Ballot[] = [...ballots, { level, memberId: vote.memberId, decision: "approve" }];
  if (!isSatisfied(request, cast, candidates)) return { state: "pending", level };
  const next = moveOn(request);
  if (next.state === "pending") assertNotNeeded({ ...request, ...next }, ballots, candidates, vote.memberId);
  return next;
}

/**
 * Where a pending request stands after somebody who could decide has lost the login or the role; undefined where it
 * stood before. A level that nobody has approved is never satisfied, whoever is left.
 */
export function reconsider(
  request: ReviewedRequest,
  ballots: readonly Ballot[],
  candidates: readonly Candidate[],
): Pick<ReviewedRequest, "state" | "level"> | undefined {
  if (request.state !== "pending" || votersOf(request, ballots).length === 0) return undefined;
  return isSatisfied(request, ballots, candidates) ? moveOn(request) : undefined;
}

/** Who has voted in the request's level. */
const votersOf = (request: ReviewedRequest, ballots: readonly Ballot[]) =>
  ballots.filter((ballot) => ballot.level === request.level).map((ballot) => ballot.memberId);

function moveOn({ level, levels }: ReviewedRequest): Pick<ReviewedRequest, "state" | "level"> {
  return level + 1 < levels.length ? { state: "pending", level: level + 1 } : { state: "approved", level };
}

/** Whether a vote of the member would count now. */
export function canDecide(
  request: ReviewedRequest,
  ballots: readonly Ballot[],
  candidates: readonly Candidate[],
  memberId: string,
): boolean {
  return request.state === "pending" && reviewersLeft(request, ballots, candidates).includes(memberId);
}

function assertVote(
  request: ReviewedRequest,
  ballots: readonly Ballot[],
  candidates: readonly Candidate[],
  vote: Vote,
): void {
  const name = request.levels[request.level]?.name;
  if (request.state !== "pending") throw alreadyDecided(`The request is ${request.state} already.`);
  if (vote.contentHash !== hexOf(request.contentHash)) {
    throw contentChanged("This is not the content that waits for approval; look at it again.");
  }
  if (vote.memberId === request.requestedBy) {
    throw authorCannotDecide("You wrote this yourself; somebody else has to decide.");
  }
  if (!reviewersOf(request, request.level, candidates).includes(vote.memberId)) {
    throw notAReviewer(`The level "${name}" is decided by members with other roles.`);
  }
  const own = ballots.find((ballot) => ballot.memberId === vote.memberId);
  if (!own) return;
  if (own.level === request.level) throw alreadyDecided(`You have decided in the level "${name}" already.`);
  throw decidedInEarlierLevel(
    `You have decided in the level "${request.levels[own.level]?.name}"; in "${name}" somebody else has to.`,
  );
}

/** Throws when the member's approval would take the next level its last reviewer. */
function assertNotNeeded(
  next: ReviewedRequest,
  ballots: readonly Ballot[],
  candidates: readonly Candidate[],
  memberId: string,
): void {
  const left = reviewersLeft(next, ballots, candidates);
  if (left.length !== 1 || left[0] !== memberId) return;
  const { name } = next.levels[next.level] as ApprovalLevel;
  throw neededInLaterLevel(
    `Nobody but you can decide in the level "${name}", and each level takes another person. Leave this one to somebody ` +
      "else, or have another member given one of the roles of that level.",
    { extensions: { level: name } },
  );
}

/** Throws when some level could never be satisfied because nobody may decide there, whoever decides before. */
export function assertDecidable(
  request: Pick<ReviewedRequest, "levels" | "requestedBy">,
  candidates: readonly Candidate[],
): void {
  const orphan = findOrphan(request, candidates);
  if (!orphan) return;
  throw nobodyCanApprove(
    `Nobody can decide in the level "${orphan.name}": no active member other than the author and those whom the ` +
      "levels before need has one of its roles. Give one of these roles to a second member, or name further roles in " +
      "this level of the approval flow.",
    { extensions: { level: orphan.name } },
  );
}

/** The first level for which nobody is left, if those before are decided by who is needed in it least. */
function findOrphan(
  request: Pick<ReviewedRequest, "levels" | "requestedBy">,
  candidates: readonly Candidate[],
): ApprovalLevel | undefined {
  const reviewers = request.levels.map((_, index) => reviewersOf(request, index, candidates));
  const taken = new Set<string | undefined>();
  return request.levels.find(({ mode }, index) => {
    const left = reviewers[index]?.filter((memberId) => !taken.has(memberId)) ?? [];
    const behind = new Set(reviewers[index + 1]);
    const needed = mode === "all" ? left : [left.find((memberId) => !behind.has(memberId)) ?? left[0]];
    for (const memberId of needed) taken.add(memberId);
    return left.length === 0;
  });
}

/** Who may decide in a level, if they have not in one before. */
export function reviewersOf(
  request: Pick<ReviewedRequest, "levels" | "requestedBy">,
  level: number,
  candidates: readonly Candidate[],
): string[] {
  const roleIds = request.levels[level]?.roleIds ?? [];
  return candidates
    .filter(({ roleId, permissions }) => roleIds.includes(roleId) && mayApprove(permissions))
    .map((candidate) => candidate.memberId)
    .filter((memberId) => memberId !== request.requestedBy);
}

/** Those of the request's level who have not voted yet. */
function reviewersLeft(
  request: ReviewedRequest,
  ballots: readonly Ballot[],
  candidates: readonly Candidate[],
): string[] {
  const voters = new Set(ballots.map((ballot) => ballot.memberId));
  return reviewersOf(request, request.level, candidates).filter((memberId) => !voters.has(memberId));
}

const isSatisfied = (
  request: ReviewedRequest,
  ballots: readonly Ballot[],
  candidates: readonly Candidate[],
): boolean =>
  request.levels[request.level]?.mode === "any" || reviewersLeft(request, ballots, candidates).length === 0;

const mayApprove = (permissions: readonly schema.Permission[]) =>
  abilityOf(permissions as readonly Permission[]).can("approve", "ApprovalRequest");

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What is wrong with the roles and sources that a flow names. */
export function checkFlow(
  flow: { conditions: ApprovalConditions; levels: readonly ApprovalLevel[] },
  roles: readonly { id: string; name: string; permissions: readonly schema.Permission[] }[],
  sourceIds: ReadonlySet<string>,
): FieldProblem[] {
  const rolesById = new Map(roles.map((role) => [role.id, role]));
  const unknownSources = flow.conditions.sourceIds.flatMap((id, index) =>
    sourceIds.has(id)
      ? []
      : [problem(`/conditions/sourceIds/${index}`, `There is no source ${id}.`, "unknown_source")],
  );
  const unfitRoles = flow.levels.flatMap((level, index) =>
    level.roleIds.flatMap((id, place) => {
      const pointer = `/levels/${index}/roleIds/${place}`;
      const role = rolesById.get(id);
      if (!role) return [problem(pointer, `There is no role ${id}.`, "unknown_role")];
      if (mayApprove(role.permissions)) return [];
      return [
        problem(
          pointer,
          `The role "${role.name}" does not include the permission to approve.`,
          "cannot_approve",
        ),
      ];
    }),
  );
  return [...unknownSources, ...unfitRoles];
}

const problem = (pointer: string, detail: string, code: string): FieldProblem => ({ pointer, detail, code });
