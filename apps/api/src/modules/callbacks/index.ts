export { type CallEndpoint, createCallEndpoint } from "./call-endpoint.ts";
export { callbackRoutes } from "./callback.routes.ts";
export { createCallbackService } from "./callback.service.ts";
export { callbackEndpointRoutes } from "./callback-endpoint.routes.ts";
export { createCallbackEndpointService } from "./callback-endpoint.service.ts";
export { createCallbackVault } from "./callback-vault.ts";
export { createEventSweeper } from "./event-sweeper.ts";
export { createListenerLoop, createListeners, type Listeners } from "./listeners.ts";
export { recordEvents } from "./record-events.repository.ts";
