import { createHash, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import {
  checkEnvelope,
  countersign,
  type Envelope,
  keyIdOf,
  newKeyPair,
  packFiles,
  publicKeyOf,
  readPackage,
  signPackage,
} from "../src/package/index.ts";
import { CODE, makeFiles, manifest } from "./package.fixture.ts";

const publisher = newKeyPair();
const registry = newKeyPair();
const stranger = newKeyPair();
const archive = await packFiles(makeFiles());
const plugin = await readPackage(archive);
const envelope = await signPackage(archive, publisher.privateKey, { publisher: "acme" });
const publisherKeys = [publisher.publicKey];
const registryKeys = [registry.publicKey];

/** The envelope with another statement under the signatures of the old one. */
function restate(change: object): Envelope {
  const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString());
  return {
    ...envelope,
    payload: Buffer.from(JSON.stringify({ ...statement, ...change })).toString("base64"),
  };
}

test("names a key by its own hash", () => {
  const raw = Buffer.from(publisher.publicKey, "base64");
  expect(raw).toHaveLength(32);
  expect(publisher.keyId).toBe(createHash("sha256").update(raw).digest("hex").slice(0, 16));
  expect(keyIdOf(raw)).toBe(publisher.keyId);
  expect(publicKeyOf(publisher.privateKey)).toBe(publisher.publicKey);
});

test("believes the publisher's signature, and says what was signed", () => {
  const { statement, signedBy } = checkEnvelope(envelope, plugin, { publisherKeys });
  expect(signedBy).toEqual({ publisher: publisher.keyId });
  expect(statement).toMatchObject({ pluginId: "acme/test", version: "1.0.0", publisher: "acme" });
  expect(statement.sha256).toBe(plugin.sha256);
  expect(statement.files["plugin.js"]).toBe(createHash("sha256").update(CODE).digest("hex"));
});

test("asks for both signatures where a registry's keys are given", () => {
  expect(() => checkEnvelope(envelope, plugin, { publisherKeys, registryKeys })).toThrow(
    "no key of the registry signed this package",
  );
  const listed = countersign(envelope, registry.privateKey);
  expect(checkEnvelope(listed, plugin, { publisherKeys, registryKeys }).signedBy).toEqual({
    publisher: publisher.keyId,
    registry: registry.keyId,
  });
  expect(countersign(listed, registry.privateKey)).toEqual(listed);
});

test("takes raw keys as it takes keys in base64", () => {
  const raw = publisherKeys.map((key) => Buffer.from(key, "base64"));
  expect(checkEnvelope(envelope, plugin, { publisherKeys: raw }).signedBy.publisher).toBe(publisher.keyId);
});

test("believes no stranger, no key in another role and no key that is not given", () => {
  const fault = "no key of the publisher signed this package";
  expect(() => checkEnvelope(envelope, plugin, { publisherKeys: [stranger.publicKey] })).toThrow(fault);
  expect(() => checkEnvelope(envelope, plugin, { publisherKeys: [] })).toThrow(fault);
  const onlyListed = {
    ...envelope,
    signatures: countersign(envelope, publisher.privateKey).signatures.slice(1),
  };
  expect(() => checkEnvelope(onlyListed, plugin, { publisherKeys })).toThrow(fault);
});

test("believes no forged signature", () => {
  const signatures = envelope.signatures.map((one) => ({ ...one, signature: `${"A".repeat(86)}==` }));
  expect(() => checkEnvelope({ ...envelope, signatures }, plugin, { publisherKeys })).toThrow(
    "no key of the",
  );
  const foreign = countersign(envelope, stranger.privateKey).signatures.slice(1);
  const renamed = foreign.map((one) => ({ ...one, role: "publisher" as const, keyId: publisher.keyId }));
  expect(() => checkEnvelope({ ...envelope, signatures: renamed }, plugin, { publisherKeys })).toThrow(
    "no key",
  );
});

test("notices a statement that was altered after it was signed", () => {
  expect(() => checkEnvelope(restate({ version: "9.9.9" }), plugin, { publisherKeys })).toThrow(
    "no key of the",
  );
  expect(() => checkEnvelope({ ...envelope, payloadType: "text/plain" }, plugin, { publisherKeys })).toThrow(
    "no key of the",
  );
});

test("notices another archive under the same signatures", async () => {
  const altered = await readPackage(await packFiles(makeFiles({ "plugin.js": `${CODE}// more\n` })));
  expect(() => checkEnvelope(envelope, altered, { publisherKeys })).toThrow(
    "what was signed is another package: its sha256 differs; what was signed is another package: its files differs",
  );
  const later = makeFiles({ "channel.json": JSON.stringify({ ...manifest, version: "1.0.1" }) });
  expect(() =>
    checkEnvelope(envelope, { ...plugin, manifest: { ...manifest, version: "1.0.1" } }, { publisherKeys }),
  ).toThrow("its version differs");
  expect(later.size).toBe(4);
});

test.each<[string, unknown]>([
  ["nothing", null],
  ["a list", []],
  ["no signatures", { ...envelope, signatures: [] }],
  ["too many signatures", { ...envelope, signatures: Array(9).fill(envelope.signatures[0]) }],
  ["another role", { ...envelope, signatures: [{ ...envelope.signatures[0], role: "operator" }] }],
  ["a payload that is no base64", { ...envelope, payload: "%%" }],
  ["more than it should have", { ...envelope, extra: 1 }],
])("refuses an envelope with %s", (_, value) => {
  expect(() => checkEnvelope(value, plugin, { publisherKeys })).toThrow("the envelope: ");
});

test("signs for no other publisher, and with no other kind of key", async () => {
  await expect(signPackage(archive, publisher.privateKey, { publisher: "other" })).rejects.toThrow(
    "acme/test belongs to acme, so other cannot sign it",
  );
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await expect(signPackage(archive, pem, { publisher: "acme" })).rejects.toThrow("no Ed25519 key");
  await expect(signPackage(archive, "nonsense", { publisher: "acme" })).rejects.toThrow("no Ed25519 key");
});
