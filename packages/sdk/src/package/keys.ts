import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { fault } from "../faults/index.ts";
import { PackageRefused } from "./refused.ts";

/** What stands before the 32 bytes of an Ed25519 public key in its DER form (RFC 8410). */
const DER_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const KEY_BYTES = 32;

/** An Ed25519 key pair. */
export interface KeyPair {
  keyId: string;
  /** The raw 32 bytes, base64. */
  publicKey: string;
  /** PKCS #8, PEM. */
  privateKey: string;
}

export function newKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const publicKey = publicKeyOf(pem);
  return { keyId: keyIdOf(publicKey), publicKey, privateKey: pem };
}

/**
 * The public key, base64, of a private one.
 *
 * @throws {PackageRefused} for what is no Ed25519 key in PEM
 */
export function publicKeyOf(privateKey: string): string {
  const der = createPublicKey(readPrivateKey(privateKey)).export({ type: "spki", format: "der" });
  return der.subarray(DER_PREFIX.length).toString("base64");
}

/**
 * The first 16 hexadecimal digits of the SHA-256 of the raw key.
 *
 * @param publicKey the raw 32 bytes, or these in base64
 * @throws {PackageRefused} for a key that is not 32 bytes long
 */
export function keyIdOf(publicKey: string | Uint8Array): string {
  return createHash("sha256").update(readRawKey(publicKey)).digest("hex").slice(0, 16);
}

/** The signature over some bytes, base64. */
export function signBytes(bytes: Uint8Array, privateKey: string): string {
  return sign(null, bytes, readPrivateKey(privateKey)).toString("base64");
}

/** Whether a key, raw or in base64, made a signature, which is in base64. */
export function isSignedBy(publicKey: string | Uint8Array, bytes: Uint8Array, signature: string): boolean {
  const der = Buffer.concat([DER_PREFIX, readRawKey(publicKey)]);
  const key = createPublicKey({ key: der, type: "spki", format: "der" });
  return verify(null, bytes, key, Buffer.from(signature, "base64"));
}

function readRawKey(publicKey: string | Uint8Array): Uint8Array {
  const raw = typeof publicKey === "string" ? Buffer.from(publicKey, "base64") : publicKey;
  if (raw.length === KEY_BYTES) return raw;
  throw new PackageRefused([fault("key_length", { bytes: raw.length, expected: KEY_BYTES })]);
}

function readPrivateKey(pem: string): KeyObject {
  const key = parsePrivateKey(pem);
  if (key?.asymmetricKeyType === "ed25519") return key;
  throw new PackageRefused([fault("private_key_unreadable")]);
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
