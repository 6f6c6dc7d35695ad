export { tagRoutes } from "./tag.routes.ts";
export { createTagService } from "./tag.service.ts";
export { tagUsers } from "./tag-users.ts";
export { findTagIds, findTagKeys, findTagNames } from "./user-tag.repository.ts";
