import type {
  FollowUpInput,
  PlanInput,
  PlanOutput,
  QueryOutput,
  RecallOutput,
  ReceiptInput,
  ReceiptOutput,
  SettleInput,
  SettleOutput,
  SyncInput,
  SyncOutput,
  VerifyInput,
  VerifyOutput,
} from "../plugin/index.ts";

/** A golden vector: an input of a plugin's function and the exact output. Kept as JSON in `vectors/`. */
export type Vector = { name: string } & (
  | { call: "plan"; input: PlanInput; output: PlanOutput }
  | { call: "settle"; input: SettleInput; output: SettleOutput }
  | { call: "verify"; input: VerifyInput; output: VerifyOutput }
  | { call: "query"; input: FollowUpInput; output: QueryOutput }
  | { call: "recall"; input: FollowUpInput; output: RecallOutput }
  | { call: "syncTemplates"; input: SyncInput; output: SyncOutput }
  | { call: "parseReceipt"; input: ReceiptInput; output: ReceiptOutput }
);
