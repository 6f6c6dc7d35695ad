import type { Json } from "@tidings/sdk/plugin";
import type { Description } from "./description.ts";
import { valueAt } from "./json.ts";

/** Why a form cannot be used although each of its fields is right; `code` has words in the manifest. */
export interface DescriptionFault {
  code: string;
  detail: string;
}

/** The connection decides these. */
const RESERVED_HEADERS =
  /^(connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;
/** What stands in the open settings is shown to everybody who may see channels. */
const SECRET_HEADERS = /^(authorization|cookie|x-api-key)$/;

/** What a form's fields get wrong together, which a schema of single fields cannot say. */
export function findFault(description: Description): DescriptionFault | undefined {
  return (
    findBodyFault(description) ??
    findListFault(description) ??
    findHeaderFault(Object.keys(description.headers)) ??
    findPairFault(description)
  );
}

function findBodyFault({ method, body }: Description): DescriptionFault | undefined {
  if (!body) return undefined;
  if (method === "GET") return { code: "body_with_get", detail: "GET has no body; choose none." };
  if (body.template === undefined)
    return { code: "no_body", detail: "The body is empty; describe it or choose none." };
  if (body.format === "form" && !isFlat(body.template)) {
    return {
      code: "form_not_flat",
      detail: "A form is described by an object of texts, numbers and truth values.",
    };
  }
  return undefined;
}

const isFlat = (template: Json) =>
  typeof template === "object" &&
  template !== null &&
  !Array.isArray(template) &&
  Object.values(template).every((value) => typeof value !== "object");

function findListFault({
  body,
  listAt,
  idempotencyHeader,
  answer,
}: Description): DescriptionFault | undefined {
  if (listAt === undefined) {
    return answer.resultsAt === undefined
      ? undefined
      : { code: "results_without_list", detail: "A call for one message has no list of results." };
  }
  const isPlain = body?.format === "json" && !listAt.includes("{{");
  const list = isPlain ? valueAt(body.template, listAt) : undefined;
  if (!Array.isArray(list) || list.length !== 1) {
    return { code: "no_list", detail: `At ${listAt} the JSON body has no list with exactly one entry.` };
  }
  return idempotencyHeader === undefined
    ? undefined
    : { code: "key_of_list", detail: "A call for several messages has no key that stays the same." };
}

function findHeaderFault(names: string[]): DescriptionFault | undefined {
  const reserved = names.find((name) => RESERVED_HEADERS.test(name));
  if (reserved) return { code: "reserved_header", detail: `The header ${reserved} is not yours to set.` };
  const secret = names.find((name) => SECRET_HEADERS.test(name));
  return secret === undefined
    ? undefined
    : {
        code: "secret_in_header",
        detail: `Put the value of ${secret} into the secret; headers are no secret.`,
      };
}

function findPairFault({ answer, receipts }: Description): DescriptionFault | undefined {
  if ((answer.successPointer === undefined) !== (answer.successValues.size === 0)) {
    return {
      code: "half_success",
      detail: "Success needs a place in the answer and its values, or neither.",
    };
  }
  const listed = answer.throttledCodes.size + answer.transientCodes.size + answer.configCodes.size;
  if (listed > 0 && answer.code === undefined) {
    return {
      code: "no_code_pointer",
      detail: "Codes are listed, and no place in the answer where one stands.",
    };
  }
  const statuses = receipts.delivered.size + receipts.undelivered.size + receipts.read.size;
  const parts = [receipts.id !== undefined, receipts.status !== undefined, statuses > 0];
  return parts.every((part) => part === parts[0])
    ? undefined
    : { code: "half_receipts", detail: "Receipts need the places of id and status and at least one value." };
}
