import { fault, within } from "../faults/index.ts";
import { findSchemaProblems } from "../testing/conformance/schema.ts";
import { canonicalJson } from "./canonical-json.ts";
import { isSignedBy, keyIdOf, publicKeyOf, signBytes } from "./keys.ts";
import { PackageRefused } from "./refused.ts";

/** Who says something with a signature: `publisher` that it made this, `registry` that it has checked it. */
export const SIGNING_ROLES = ["publisher", "registry"] as const;
export type SigningRole = (typeof SIGNING_ROLES)[number];

/** Something signed, after the DSSE specification (https://github.com/secure-systems-lab/dsse). */
export interface Envelope {
  /** What the payload is. It is signed with it, so that nothing can be taken for something else. */
  payloadType: string;
  /** The payload's canonical JSON, base64. */
  payload: string;
  signatures: EnvelopeSignature[];
}

export interface EnvelopeSignature {
  role: SigningRole;
  /** See {@link keyIdOf}. */
  keyId: string;
  /** Ed25519, base64. */
  signature: string;
}

const envelopeSchema = {
  type: "object",
  required: ["payloadType", "payload", "signatures"],
  additionalProperties: false,
  properties: {
    payloadType: { type: "string", maxLength: 200 },
    payload: { type: "string", maxLength: 8_000_000, pattern: "^[A-Za-z0-9+/]+={0,2}$" },
    signatures: {
      type: "array",
      minItems: 1,
      maxItems: 8,
      items: {
        type: "object",
        required: ["role", "keyId", "signature"],
        additionalProperties: false,
        properties: {
          role: { enum: SIGNING_ROLES },
          keyId: { type: "string", pattern: "^[0-9a-f]{16}$" },
          signature: { type: "string", pattern: "^[A-Za-z0-9+/]{86}==$" },
        },
      },
    },
  },
} as const;

/**
 * An envelope from somebody else, such as the parsed `.sig.json` of a package. No signature is checked.
 *
 * @throws {PackageRefused} for what has not the form of one
 */
export function readEnvelope(value: unknown): Envelope {
  const problems = findSchemaProblems(envelopeSchema, value);
  if (problems.length > 0) throw new PackageRefused(problems.map(within("in_envelope")));
  return value as Envelope;
}

/** An envelope around a value, with a first signature. */
export function seal(payloadType: string, value: unknown, role: SigningRole, privateKey: string): Envelope {
  const payload = Buffer.from(canonicalJson(value)).toString("base64");
  return addSignature({ payloadType, payload, signatures: [] }, role, privateKey);
}

/** The envelope with one signature more; an earlier one by the same key in the same role is replaced. */
export function addSignature(envelope: Envelope, role: SigningRole, privateKey: string): Envelope {
  const keyId = keyIdOf(publicKeyOf(privateKey));
  const others = envelope.signatures.filter((one) => one.role !== role || one.keyId !== keyId);
  const signature = signBytes(encode(envelope), privateKey);
  return { ...envelope, signatures: [...others, { role, keyId, signature }] };
}

/** The id of the first of the keys that signed in this role. Signatures by other keys say nothing. */
export function findSigner(
  envelope: Envelope,
  role: SigningRole,
  publicKeys: readonly (string | Uint8Array)[],
): string | undefined {
  const bytes = encode(envelope);
  const signer = publicKeys.find((publicKey) =>
    envelope.signatures.some(
      (one) =>
        one.role === role && one.keyId === keyIdOf(publicKey) && isSignedBy(publicKey, bytes, one.signature),
    ),
  );
  return signer && keyIdOf(signer);
}

/**
 * The payload. Trust it only after {@link findSigner}.
 *
 * @throws {PackageRefused} for another type of payload, or one that is no JSON
 */
export function openEnvelope(envelope: Envelope, payloadType: string): unknown {
  if (envelope.payloadType !== payloadType) {
    throw new PackageRefused([
      fault("payload_type_other", { type: envelope.payloadType, expected: payloadType }),
    ]);
  }
  try {
    return JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8"));
  } catch {
    throw new PackageRefused([fault("payload_no_json")]);
  }
}

/** The pre-authentication encoding of DSSE: with lengths, so that type and payload cannot run into each other. */
function encode({ payloadType, payload }: Envelope): Uint8Array {
  const body = Buffer.from(payload, "base64");
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
}
