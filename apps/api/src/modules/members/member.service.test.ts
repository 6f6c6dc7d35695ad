import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Permission } from "../../platform/authorization/index.ts";
import type { NewTenant } from "../tenants/index.ts";
import {
  contextOf,
  createTestInstallation,
  problemOf,
  type TestInstallation,
} from "../tenants/tenant.fixture.ts";
import type { MemberRow } from "./member.repository.ts";
import { createMemberService, type MemberService } from "./member.service.ts";

let installation: TestInstallation;
let service: MemberService;
let tenant: NewTenant;
let emails = 0;

beforeAll(async () => {
  installation = await createTestInstallation();
  service = createMemberService({ ...installation, onReviewerLeft: async () => undefined });
});
afterAll(() => installation.close());
beforeEach(async () => {
  tenant = await installation.createTenant();
});

const roleId = (code: string, of = tenant) => of.roles.find((role) => role.code === code)?.id ?? "";

function addMember(role: string, permissions?: Permission[]): Promise<MemberRow> {
  return service.createMember(contextOf(tenant, permissions), {
    email: `member${++emails}@school.example`,
    name: "王老师",
    roleId: roleId(role),
    password: "correct horse",
  });
}

describe("the last owner", () => {
  it("can be neither demoted nor disabled nor removed", async () => {
    const owner = await addMember("owner");
    const ctx = contextOf(tenant);
    const demotion = service.updateMember(ctx, owner.id, { roleId: roleId("operator") });
    expect(await problemOf(demotion)).toBe("last-owner");
    expect(await problemOf(service.updateMember(ctx, owner.id, { state: "disabled" }))).toBe("last-owner");
    expect(await problemOf(service.deleteMember(ctx, owner.id))).toBe("last-owner");
  });

  it("is not counted when disabled", async () => {
    const [first, second] = [await addMember("owner"), await addMember("owner")];
    await service.updateMember(contextOf(tenant), second.id, { state: "disabled" });
    expect(await problemOf(service.deleteMember(contextOf(tenant), first.id))).toBe("last-owner");
  });

  it("stays when two owners are taken away at the same moment", async () => {
    for (let round = 0; round < 5; round++) {
      tenant = await installation.createTenant();
      const [first, second] = [await addMember("owner"), await addMember("owner")];
      const outcomes = await Promise.allSettled([
        service.deleteMember(contextOf(tenant), first.id),
        service.updateMember(contextOf(tenant), second.id, { roleId: roleId("operator") }),
      ]);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    }
  });
});

describe("privilege escalation", () => {
  const memberAdmin: Permission[] = [{ action: "manage", subject: "Member" }];

  it("is refused when a role would give more than the actor has", async () => {
    expect(await problemOf(addMember("owner", memberAdmin))).toBe("forbidden");
    const operator = await addMember("operator");
    const promote = service.updateMember(contextOf(tenant, memberAdmin), operator.id, {
      roleId: roleId("owner"),
    });
    expect(await problemOf(promote)).toBe("forbidden");
  });

  it("is refused downwards too: nobody removes those who stand above them", async () => {
    const owners = [await addMember("owner"), await addMember("owner")];
    const victim = owners[0]?.id ?? "";
    const ctx = contextOf(tenant, memberAdmin);
    expect(await problemOf(service.deleteMember(ctx, victim))).toBe("forbidden");
    expect(await problemOf(service.updateMember(ctx, victim, { state: "disabled" }))).toBe("forbidden");
  });

  it("does not work with another tenant's role", async () => {
    const other = await installation.createTenant();
    const owner = await addMember("owner");
    const foreign = { roleId: roleId("owner", other) };
    expect(await problemOf(service.updateMember(contextOf(tenant), owner.id, foreign))).toBe("invalid-input");
  });
});

describe("members", () => {
  it("of one login can be in several tenants, and in each only once", async () => {
    const first = await addMember("owner");
    const input = { email: first.email, name: "王老师", roleId: roleId("operator"), password: "ten letters" };
    expect(await problemOf(service.createMember(contextOf(tenant), input))).toBe("member-not-unique");
    const other = await installation.createTenant();
    const linked = { ...input, roleId: roleId("reviewer", other) };
    const second = await service.createMember(contextOf(other), linked);
    expect(second.accountId).toBe(first.accountId);
  });

  it("of another tenant are not there", async () => {
    const member = await addMember("operator");
    const stranger = contextOf(await installation.createTenant());
    expect(await problemOf(service.getMember(stranger, member.id))).toBe("not-found");
    expect(await problemOf(service.updateMember(stranger, member.id, { name: "x" }))).toBe("not-found");
    expect(await problemOf(service.deleteMember(stranger, member.id))).toBe("not-found");
    expect((await service.listMembers(stranger, { limit: 10 })).items).toEqual([]);
  });
});
