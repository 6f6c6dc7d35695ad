import { REVIEW_STATES, VENDOR_TEMPLATE_KINDS, type VendorTemplate } from "@tidings/sdk/plugin";
import type { Redact } from "../auth/redaction.ts";
import { cleanText, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH } from "./foreign-text.ts";
import type { Obstacle } from "./obstacles.ts";
import { PluginFault } from "./plugin-fault.ts";
import { isRecord, readList } from "./plugin-output.ts";

/** A vendor's signatures and templates, or why they could not be read. */
export type TemplateList = { ok: true; templates: VendorTemplate[] } | ({ ok: false } & Obstacle);

/** More than an account has, in all likelihood. */
const MAX_TEMPLATES = 5_000;
const MAX_TEMPLATE_CODE_LENGTH = 100;
const MAX_NAME_LENGTH = 200;
const MAX_TEXT_LENGTH = 2_000;

const NOT_READ: Obstacle = { code: "not_read", detail: "The vendor's list could not be read." };

/** Gathers what the rounds of a sync have read: each code once, nothing at all if one of the rounds failed. */
export class TemplateGathering {
  readonly #found = new Map<string, VendorTemplate>();
  readonly #redact: Redact;
  #failure: Obstacle | undefined;

  constructor(redact: Redact) {
    this.#redact = redact;
  }

  add(sync: unknown): void {
    if (!isRecord(sync)) throw new PluginFault("settle said nothing of the templates");
    if (isRecord(sync.failure)) this.#failure ??= this.#readFailure(sync.failure);
    for (const value of readList(sync.templates)) {
      const template = isRecord(value) ? readTemplate(value, this.#redact) : undefined;
      if (template) this.#found.set(`${template.kind}/${template.code}`, template);
    }
    if (this.#found.size > MAX_TEMPLATES) throw new PluginFault(`found more than ${MAX_TEMPLATES} templates`);
  }

  complete(): TemplateList {
    if (this.#failure) return { ok: false, ...this.#failure };
    return { ok: true, templates: [...this.#found.values()] };
  }

  #readFailure(failure: Record<string, unknown>): Obstacle {
    return {
      code: cleanText(failure.code, MAX_CODE_LENGTH, this.#redact) ?? NOT_READ.code,
      detail: cleanText(failure.detail, MAX_DETAIL_LENGTH, this.#redact) ?? NOT_READ.detail,
    };
  }
}

function readTemplate(value: Record<string, unknown>, redact: Redact): VendorTemplate | undefined {
  const kind = VENDOR_TEMPLATE_KINDS.find((one) => one === value.kind);
  const state = REVIEW_STATES.find((one) => one === value.state);
  const code = cleanText(value.code, MAX_TEMPLATE_CODE_LENGTH, redact);
  if (!kind || !state || !code) return undefined;
  const text = cleanText(value.text, MAX_TEXT_LENGTH, redact);
  const reason = cleanText(value.reason, MAX_DETAIL_LENGTH, redact);
  return {
    kind,
    code,
    name: cleanText(value.name, MAX_NAME_LENGTH, redact) ?? code,
    ...(text && { text }),
    state,
    ...(reason && { reason }),
  };
}
