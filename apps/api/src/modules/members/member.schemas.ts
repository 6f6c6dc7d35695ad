import { fields, z } from "../../platform/http/index.ts";
import type { MemberRow } from "./member.repository.ts";
import { email, newPassword } from "./session.schemas.ts";

export const CreateMemberBody = z
  .strictObject({
    email,
    name: fields.line(80),
    roleId: fields.id("role"),
    password: newPassword.openapi({
      description: "The first password. An email that has a login already keeps its own.",
    }),
  })
  .openapi("CreateMember");

const memberState = z.enum(["active", "disabled"]);

export const UpdateMemberBody = z
  .strictObject({
    name: fields.line(80).optional(),
    roleId: fields.id("role").optional(),
    state: memberState.optional(),
  })
  .openapi("UpdateMember");

export const MemberParam = z.object({ memberId: fields.id("member") });

export const Member = z
  .object({
    id: fields.id("member"),
    email: z.string(),
    name: z.string(),
    role: z.object({ id: fields.id("role"), code: z.string(), name: z.string() }),
    state: memberState,
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Member");

export const MemberPage = fields.pageOf(Member).openapi("MemberPage");

export function toMember(row: MemberRow): z.infer<typeof Member> {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: { id: row.role.id, code: row.role.code, name: row.role.name },
    state: row.state,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
