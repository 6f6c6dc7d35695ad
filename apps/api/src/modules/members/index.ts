export { memberRoutes } from "./member.routes.ts";
export { createMemberService, type MemberService } from "./member.service.ts";
export { roleRoutes } from "./role.routes.ts";
export { createRoleService, type RoleService } from "./role.service.ts";
export { sessionRoutes } from "./session.routes.ts";
export { createSessionService, type SessionService } from "./session.service.ts";
export { createSessionAuthenticator, type SessionAuthenticator } from "./session-authenticator.ts";
export { createSessionCookie, type SessionCookie } from "./session-cookie.ts";
