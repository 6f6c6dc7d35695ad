import type { Account } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";
import { findTemplate } from "./templates.ts";

/** A signature of the app, by its ID only: its own, the next one is under review, and the one after was refused. */
export function describeSign({ signId, signature }: Account, id: number): VendorAnswer {
  const signs = [
    { sign_id: signId, sign: signature, status: 1, is_default: 1, use_status: 1 },
    { sign_id: signId + 1, sign: `${signature}后勤`, status: 0, is_default: 0, use_status: 0 },
    { sign_id: signId + 2, sign: "知行", status: 2, is_default: 0, use_status: 0 },
  ];
  const found = signs.find(({ sign_id }) => sign_id === id);
  return found ? answer(found) : refusal(50102, "invalid sign id");
}

/** A template of the app, by its ID only. */
export function describeTemplate(id: number): VendorAnswer {
  const found = findTemplate(id);
  if (!found) return refusal(50013, "invalid temp_id");
  const { text, kind, status } = found;
  const validity = kind === "verification" ? { type: 1, ttl: 300 } : { type: 2 };
  return answer({ temp_id: id, template: text, ...validity, remark: "学校通知", status });
}
