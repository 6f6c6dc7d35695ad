import type { Verification } from "@tidings/sdk/plugin";
import type { Redact } from "../auth/redaction.ts";
import { cleanText, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH } from "./foreign-text.ts";

export const isVerification = (value: unknown): value is Verification =>
  typeof value === "object" && value !== null && "ok" in value && typeof value.ok === "boolean";

export function cleanVerification({ ok, code, detail }: Verification, redact: Redact): Verification {
  const cleanCode = cleanText(code, MAX_CODE_LENGTH, redact);
  const cleanDetail = cleanText(detail, MAX_DETAIL_LENGTH, redact);
  return { ok, ...(cleanCode && { code: cleanCode }), ...(cleanDetail && { detail: cleanDetail }) };
}
