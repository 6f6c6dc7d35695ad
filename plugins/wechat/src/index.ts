/** What the vendor's plugins have in common: its calls, answers, codes, fields of templates, and pushes. */
export { call } from "./calls.ts";
export { type ContentFault, isFault, readData, type TemplateData } from "./data.ts";
export { JUDGED_CODES } from "./errors.ts";
export { createFieldRules } from "./field-rules.ts";
export { readAnswer, readOutcome } from "./outcome.ts";
export type { Push } from "./push.ts";
export { type Fate, readSentNotices, takePush, toEvent } from "./receipts.ts";
export { settleSend } from "./settle-send.ts";
