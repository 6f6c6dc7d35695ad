import { describe, expect, it } from "vitest";
import { abilityOf, BUILT_IN_ROLES, type Permission } from "../../platform/authorization/index.ts";
import { findLacking, isActiveOwner } from "./member.rules.ts";

const permissionsOf = (code: string) => BUILT_IN_ROLES.find((role) => role.code === code)?.permissions ?? [];
const memberAdmin: Permission[] = [{ action: "manage", subject: "Member" }];

describe("findLacking", () => {
  it("lets an owner hand out every built-in role", () => {
    const ability = abilityOf(permissionsOf("owner"));
    for (const role of BUILT_IN_ROLES) expect(findLacking(ability, role.permissions)).toBeUndefined();
  });

  it("keeps the owner role from everyone who may not manage all", () => {
    for (const permissions of [permissionsOf("operator"), permissionsOf("reviewer"), memberAdmin]) {
      expect(findLacking(abilityOf(permissions), permissionsOf("owner"))).toEqual({
        action: "manage",
        subject: "all",
      });
    }
  });

  it("does not take several permissions for the wildcard over them", () => {
    const ability = abilityOf([{ action: ["read", "create", "update", "delete"], subject: "Member" }]);
    expect(findLacking(ability, memberAdmin)).toEqual({ action: "manage", subject: "Member" });
  });

  it("finds the one permission that is missing among many", () => {
    const ability = abilityOf([{ action: "read", subject: ["Source", "Channel"] }]);
    const wanted: Permission[] = [{ action: ["read"], subject: ["Source", "Channel", "User"] }];
    expect(findLacking(ability, wanted)).toEqual({ action: "read", subject: "User" });
  });
});

it("counts only active members with the owner role as owners", () => {
  expect(isActiveOwner({ state: "active", role: { code: "owner" } })).toBe(true);
  expect(isActiveOwner({ state: "disabled", role: { code: "owner" } })).toBe(false);
  expect(isActiveOwner({ state: "active", role: { code: "operator" } })).toBe(false);
});
