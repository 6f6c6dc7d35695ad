import { defineProblem } from "../../platform/errors.ts";

export const segmentNotUnique = defineProblem("segment-not-unique", 409, "Segment name taken");
