import { generateKeyPairSync, type KeyObject, randomInt } from "node:crypto";

/** The one team of the simulated vendor, its key and its app. Names and key are made up for each start. */
export interface Account {
  teamId: string;
  keyId: string;
  topic: string;
  publicKey: KeyObject;
  /** The key file, as the vendor gives it. */
  keyFile: string;
}

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const makeId = () => Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join("");

export function openAccount(): Account {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return {
    teamId: makeId(),
    keyId: makeId(),
    topic: "cn.edu.example.campus",
    publicKey,
    keyFile: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}
