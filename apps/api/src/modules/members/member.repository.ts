import { schema } from "@tidings/db";
import { and, asc, eq, gt, ne } from "drizzle-orm";
import type { Permission } from "../../platform/authorization/index.ts";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { OWNER_ROLE } from "./member.rules.ts";

const { accounts, approvalDecisions, members, roles, tenants } = schema;

type Member = typeof members.$inferSelect;

/** A member with login and role. */
export type MemberRow = Pick<Member, "id" | "accountId" | "name" | "state" | "createdAt" | "updatedAt"> & {
  email: string;
  role: { id: string; code: string; name: string; permissions: Permission[] };
};

/** A member as the one who is signed in. */
export type Membership = MemberRow & {
  tenant: { id: string; name: string; timeZone: string; locale: string };
};

const memberColumns = {
  id: members.id,
  accountId: members.accountId,
  name: members.name,
  state: members.state,
  createdAt: members.createdAt,
  updatedAt: members.updatedAt,
  email: accounts.email,
  role: { id: roles.id, code: roles.code, name: roles.name, permissions: roles.permissions },
};

const itsAccount = eq(accounts.id, members.accountId);
const itsRole = and(eq(roles.tenantId, members.tenantId), eq(roles.id, members.roleId));
const thisMember = (tenantId: string, memberId: string) =>
  and(eq(members.tenantId, tenantId), eq(members.id, memberId));

export async function insertMember(tx: Tx, row: typeof members.$inferInsert): Promise<void> {
  await tx.db.insert(members).values(row);
}

export async function findMember(tx: Tx, tenantId: string, memberId: string): Promise<MemberRow | undefined> {
  const [row] = await tx.db
    .select(memberColumns)
    .from(members)
    .innerJoin(accounts, itsAccount)
    .innerJoin(roles, itsRole)
    .where(thisMember(tenantId, memberId));
  return row as MemberRow | undefined;
}

/** What the account is in the tenant, if it is an active member there: one round trip for every console request. */
export async function findMembership(
  tx: Tx,
  tenantId: string,
  accountId: string,
): Promise<Membership | undefined> {
  const [row] = await tx.db
    .select({
      ...memberColumns,
      tenant: {
        id: tenants.id,
        name: tenants.name,
        timeZone: tenants.timeZone,
        locale: tenants.locale,
      },
    })
    .from(members)
    .innerJoin(accounts, itsAccount)
    .innerJoin(roles, itsRole)
    .innerJoin(tenants, eq(tenants.id, members.tenantId))
    .where(
      and(eq(members.tenantId, tenantId), eq(members.accountId, accountId), eq(members.state, "active")),
    );
  return row as Membership | undefined;
}

/** Members in the order they were made. */
export async function listMembers(tx: Tx, tenantId: string, page: PageRequest): Promise<MemberRow[]> {
  const cursor = readCursor(page, "member");
  const rows = await tx.db
    .select(memberColumns)
    .from(members)
    .innerJoin(accounts, itsAccount)
    .innerJoin(roles, itsRole)
    .where(and(eq(members.tenantId, tenantId), cursor ? gt(members.id, cursor) : undefined))
    .orderBy(asc(members.id))
    .limit(page.limit + 1);
  return rows as MemberRow[];
}

export async function updateMember(
  tx: Tx,
  tenantId: string,
  memberId: string,
  changes: Pick<Member, "name" | "state" | "roleId" | "updatedAt">,
): Promise<void> {
  await tx.db.update(members).set(changes).where(thisMember(tenantId, memberId));
}

export async function deleteMember(tx: Tx, tenantId: string, memberId: string): Promise<void> {
  await tx.db.delete(members).where(thisMember(tenantId, memberId));
}

export async function countOtherActiveOwners(tx: Tx, tenantId: string, memberId: string): Promise<number> {
  const rows = await tx.db
    .select({ id: members.id })
    .from(members)
    .innerJoin(roles, itsRole)
    .where(
      and(
        eq(members.tenantId, tenantId),
        ne(members.id, memberId),
        eq(members.state, "active"),
        eq(roles.code, OWNER_ROLE),
      ),
    );
  return rows.length;
}

/** Whether the member's decisions are on record; they name who decided for as long as they are kept. */
export async function hasDecided(tx: Tx, tenantId: string, memberId: string): Promise<boolean> {
  const rows = await tx.db
    .select({ memberId: approvalDecisions.memberId })
    .from(approvalDecisions)
    .where(and(eq(approvalDecisions.tenantId, tenantId), eq(approvalDecisions.memberId, memberId)))
    .limit(1);
  return rows.length > 0;
}
