export { createOccurrenceLoop } from "./begin-occurrence.ts";
export { createCreateSeries, type SeriesToApprove } from "./create-series.ts";
export { seriesRoutes } from "./series.routes.ts";
export { createSeriesService, decideSeries } from "./series.service.ts";
