export { type CollectorDeps, createCollector } from "./collector.ts";
