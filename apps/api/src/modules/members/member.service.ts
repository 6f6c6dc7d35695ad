import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { hashPassword } from "../../platform/crypto/index.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { forbidden, invalidField, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { ensureAccount } from "./account.repository.ts";
import { lastOwner, memberInUse, memberNotUnique } from "./member.errors.ts";
import type { MemberRow } from "./member.repository.ts";
import * as repository from "./member.repository.ts";
import { findLacking, hasLostRole, isActiveOwner } from "./member.rules.ts";
import { findRole, lockOwnerRole, type RoleRow } from "./role.repository.ts";

export interface CreateMember {
  /** Lower case. */
  email: string;
  name: string;
  roleId: string;
  /** Used when the email has no login yet. */
  password: string;
}

export interface UpdateMember {
  name?: string | undefined;
  roleId?: string | undefined;
  state?: "active" | "disabled" | undefined;
}

export interface MemberServiceDeps {
  transact: Transact;
  /** Somebody has lost this role, or the login altogether: approvals may have waited only for them. */
  onReviewerLeft(tx: Tx, ctx: RequestContext, roleId: string): Promise<void>;
}

export function createMemberService(deps: MemberServiceDeps) {
  return {
    async createMember(ctx: RequestContext, input: CreateMember): Promise<MemberRow> {
      authorize(ctx, "create", "Member");
      const passwordHash = await hashPassword(input.password);
      return deps.transact(ctx, async (tx) => {
        const role = await getRole(tx, ctx, input.roleId);
        assertMayGive(ctx, role);
        await takeQuota(tx, ctx, "members");
        const accountId = await ensureAccount(tx, input.email, passwordHash);
        const id = newId("member");
        await repository
          .insertMember(tx, { tenantId: ctx.tenantId, id, accountId, name: input.name, roleId: role.id })
          .catch(explainConflict(input));
        const saved = await getMember(tx, ctx, id);
        await recordAudit(tx, ctx, { action: "member.created", ...named(saved), after: auditedOf(saved) });
        return saved;
      });
    },

    async listMembers(ctx: RequestContext, page: PageRequest): Promise<Page<MemberRow>> {
      authorize(ctx, "read", "Member");
      const rows = await deps.transact(ctx, (tx) => repository.listMembers(tx, ctx.tenantId, page));
      return toPage(
        rows,
        page,
        (row) => row.id,
        (row) => row,
      );
    },

    async getMember(ctx: RequestContext, memberId: string): Promise<MemberRow> {
      authorize(ctx, "read", "Member");
      return deps.transact(ctx, (tx) => getMember(tx, ctx, memberId));
    },

    async updateMember(ctx: RequestContext, memberId: string, changes: UpdateMember): Promise<MemberRow> {
      authorize(ctx, "update", "Member");
      return deps.transact(ctx, async (tx) => {
        await lockOwnerRole(tx, ctx.tenantId);
        const before = await getMember(tx, ctx, memberId);
        const after = await applyChanges(tx, ctx, before, changes);
        if (isActiveOwner(before) && !isActiveOwner(after)) await assertOwnerLeft(tx, ctx, before);
        const { name, state, role, updatedAt } = after;
        await repository.updateMember(tx, ctx.tenantId, memberId, {
          name,
          state,
          roleId: role.id,
          updatedAt,
        });
        await recordAudit(tx, ctx, {
          action: "member.updated",
          ...named(after),
          before: auditedOf(before),
          after: auditedOf(after),
        });
        if (hasLostRole(before, after)) await deps.onReviewerLeft(tx, ctx, before.role.id);
        return after;
      });
    },

    async deleteMember(ctx: RequestContext, memberId: string): Promise<void> {
      authorize(ctx, "delete", "Member");
      await deps.transact(ctx, async (tx) => {
        await lockOwnerRole(tx, ctx.tenantId);
        const before = await getMember(tx, ctx, memberId);
        assertMayGive(ctx, before.role);
        if (isActiveOwner(before)) await assertOwnerLeft(tx, ctx, before);
        if (await repository.hasDecided(tx, ctx.tenantId, memberId)) {
          throw memberInUse(`"${before.name}" has decided on approvals; disable the login instead.`);
        }
        await repository.deleteMember(tx, ctx.tenantId, memberId);
        await giveBackQuota(tx, ctx, "members");
        await recordAudit(tx, ctx, {
          action: "member.deleted",
          ...named(before),
          before: auditedOf(before),
        });
        if (before.state === "active") await deps.onReviewerLeft(tx, ctx, before.role.id);
      });
    },
  };
}

export type MemberService = ReturnType<typeof createMemberService>;

async function getMember(tx: Tx, ctx: RequestContext, memberId: string): Promise<MemberRow> {
  const member = await repository.findMember(tx, ctx.tenantId, memberId);
  if (!member) throw noSuch("member", memberId);
  return member;
}

async function getRole(tx: Tx, ctx: RequestContext, roleId: string): Promise<RoleRow> {
  const role = await findRole(tx, ctx.tenantId, roleId);
  if (!role) throw invalidField("/roleId", `There is no role ${roleId}.`, "unknown");
  return role;
}

/** The member as it is to be; whoever changes role or state must hold the permissions of the old role and the new. */
async function applyChanges(
  tx: Tx,
  ctx: RequestContext,
  before: MemberRow,
  { name = before.name, state = before.state, roleId = before.role.id }: UpdateMember,
): Promise<MemberRow> {
  const role = roleId === before.role.id ? before.role : await getRole(tx, ctx, roleId);
  if (role !== before.role || state !== before.state) {
    assertMayGive(ctx, before.role);
    assertMayGive(ctx, role);
  }
  return { ...before, name, state, role, updatedAt: ctx.now() };
}

/** Throws 403 when the role can do what the actor cannot. */
function assertMayGive(ctx: RequestContext, role: MemberRow["role"]): void {
  const lacking = findLacking(ctx.ability, role.permissions);
  if (!lacking) return;
  throw forbidden(
    `The role "${role.name}" includes the permission to ${lacking.action} ${lacking.subject}, which you do not have.`,
  );
}

async function assertOwnerLeft(tx: Tx, ctx: RequestContext, member: MemberRow): Promise<void> {
  if ((await repository.countOtherActiveOwners(tx, ctx.tenantId, member.id)) > 0) return;
  throw lastOwner(`"${member.name}" is the last active owner; make somebody else an owner first.`);
}

const named = (member: MemberRow) => ({ subjectId: member.id, subjectName: member.name });

const auditedOf = ({ name, email, state, role }: MemberRow) => ({ name, email, state, role: role.code });

const explainConflict = (input: { email: string }) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw memberNotUnique(`${input.email} is a member already.`, {
    errors: [{ pointer: "/email", detail: `"${input.email}" is a member already.`, code: "taken" }],
  });
};
