export { type CollectionState, readCollection } from "./collection.repository.ts";
export { type CollectorDeps, createCollector } from "./collector.ts";
