import { m } from "#messages";
import type { GroupDraft, Operator } from "./rule-draft.ts";

export const operatorTexts: Record<Operator, () => string> = {
  eq: m.segments_op_eq,
  ne: m.segments_op_ne,
  in: m.segments_op_in,
  gt: m.segments_op_gt,
  gte: m.segments_op_gte,
  lt: m.segments_op_lt,
  lte: m.segments_op_lte,
  exists: m.segments_op_exists,
};

export const modeTexts: Record<GroupDraft["mode"], () => string> = {
  all: m.segments_mode_all,
  any: m.segments_mode_any,
  none: m.segments_mode_none,
};
