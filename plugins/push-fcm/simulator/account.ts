import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

/** The one project of the simulated vendor and its service account. Names and key are made up for each start. */
export interface Account {
  projectId: string;
  clientEmail: string;
  keyId: string;
  publicKey: KeyObject;
  /** The key file, as the vendor's console gives it. */
  keyFile: string;
}

export function openAccount(): Account {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const projectId = `campus-${randomBytes(4).toString("hex")}`;
  const clientEmail = `push@${projectId}.iam.gserviceaccount.com`;
  const keyId = randomBytes(20).toString("hex");
  const keyFile = {
    type: "service_account",
    project_id: projectId,
    private_key_id: keyId,
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    client_email: clientEmail,
  };
  return { projectId, clientEmail, keyId, publicKey, keyFile: JSON.stringify(keyFile, undefined, 2) };
}
