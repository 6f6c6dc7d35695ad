import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const encode = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
};
const sequence = (...parts: Buffer[]) => encode(0x30, ...parts);
const objectId = (hex: string) => encode(0x06, Buffer.from(hex, "hex"));
const time = (at: Date) => encode(0x17, Buffer.from(`${at.toISOString().replace(/\D/g, "").slice(2, 14)}Z`));

const ECDSA_SHA256 = objectId("2a8648ce3d040302");
const COMMON_NAME = objectId("550403");
const ALTERNATIVE_NAMES = objectId("551d11");
const YEAR_MS = 365 * 86_400_000;

/** A certificate for 127.0.0.1 that has signed itself, and its key; PEM. */
export function makeCertificate(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const name = sequence(encode(0x31, sequence(COMMON_NAME, encode(0x0c, Buffer.from("tidings test")))));
  const address = encode(0x87, Buffer.from([127, 0, 0, 1]));
  const now = Date.now();
  const body = sequence(
    encode(0xa0, encode(0x02, Buffer.from([2]))),
    encode(0x02, Buffer.from([1])),
    sequence(ECDSA_SHA256),
    name,
    sequence(time(new Date(now - YEAR_MS)), time(new Date(now + YEAR_MS))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    encode(0xa3, sequence(sequence(ALTERNATIVE_NAMES, encode(0x04, sequence(address))))),
  );
  return { key: pemOf(privateKey), cert: sealed(body, privateKey) };
}

const pemOf = (key: KeyObject) => String(key.export({ type: "pkcs8", format: "pem" }));

function sealed(body: Buffer, key: KeyObject): string {
  const signature = encode(0x03, Buffer.from([0]), sign("sha256", body, key));
  const lines =
    sequence(body, sequence(ECDSA_SHA256), signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
