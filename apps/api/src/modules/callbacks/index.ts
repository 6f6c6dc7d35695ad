export { createEventSweeper } from "./event-sweeper.ts";
export { createListenerLoop, createListeners, type Listeners } from "./listeners.ts";
export { recordEvents } from "./record-events.repository.ts";
