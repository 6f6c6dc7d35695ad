import { defineProblem } from "../../platform/errors.ts";

export const seriesOver = defineProblem("series-over", 409, "Series is over");
export const occurrenceNotPlanned = defineProblem("occurrence-not-planned", 409, "Occurrence is not planned");
