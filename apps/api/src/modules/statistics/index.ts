export { compactStatistics } from "./compaction.repository.ts";
export { type MessageTotal, readMessageTotals } from "./message-totals.repository.ts";
export { countRecent, type RecentCounts } from "./recent.repository.ts";
export { statisticsRoutes } from "./statistics.routes.ts";
export { type Counts, completeCounts, MEASURES, type Measure, type Sum } from "./statistics.rules.ts";
export { createStatisticsService } from "./statistics.service.ts";
