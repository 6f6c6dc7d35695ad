import { afterAll, beforeAll, expect, it } from "vitest";
import { BUILT_IN_ROLES } from "../../platform/authorization/index.ts";
import { createQuotaService } from "./quota.service.ts";
import { contextOf, createTestInstallation, problemOf, type TestInstallation } from "./tenant.fixture.ts";
import { createTenantService } from "./tenant.service.ts";

let installation: TestInstallation;
beforeAll(async () => {
  installation = await createTestInstallation();
});
afterAll(() => installation.close());

it("gives a new tenant the built-in roles and its quotas", async () => {
  const tenant = await installation.createTenant();
  expect(tenant.roles.map(({ code }) => code)).toEqual(BUILT_IN_ROLES.map(({ code }) => code));
  const kinds = { list: () => [{ manifest: { kind: "sms" } }, { manifest: { kind: "sms" } }] };
  const quotas = createQuotaService({ transact: installation.transact, catalogue: { of: () => kinds } });
  const items = await quotas.listQuotas(contextOf(tenant));
  expect(items.filter(({ kind }) => kind === "channels:sms")).toHaveLength(1);
  expect(items.every(({ used, limit }) => used === 0 && limit > 0)).toBe(true);
});

it("refuses a code that another tenant has", async () => {
  const tenant = await installation.createTenant();
  const service = createTenantService(installation);
  const system = {
    actor: { kind: "system", name: "test" } as const,
    requestId: "req_test",
    now: () => new Date(),
  };
  const input = { code: tenant.code, name: "另一所", timeZone: "UTC", locale: "en" } as const;
  expect(await problemOf(service.createTenant(system, input))).toBe("tenant-not-unique");
});

it("changes a tenant for those who may, and never another tenant", async () => {
  const [tenant, other] = [await installation.createTenant(), await installation.createTenant()];
  const service = createTenantService(installation);
  await service.updateTenant(contextOf(tenant), { name: "第一中学", locale: "en" });
  expect(await service.getTenant(contextOf(tenant))).toMatchObject({ name: "第一中学", locale: "en" });
  expect(await service.getTenant(contextOf(other))).toMatchObject({ name: "实验学校", locale: "zh-CN" });
  expect(await problemOf(service.updateTenant(contextOf(tenant, []), { name: "x" }))).toBe("forbidden");
});
