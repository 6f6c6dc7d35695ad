export { createEntryService } from "./entry.service.ts";
export { listVerdictOf } from "./judging.repository.ts";
export { findRecipientList, hasRecipientList } from "./recipient-list.repository.ts";
export { recipientListRoutes } from "./recipient-list.routes.ts";
export { createRecipientListService } from "./recipient-list.service.ts";
