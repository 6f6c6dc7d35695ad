import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import type { SimulatorFault } from "@tidings/sdk/testing";

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

/** Faults that a test has ordered, one per call. */
export class FaultPlan {
  #fault: SimulatorFault | undefined;
  #count = 0;

  order(fault: SimulatorFault, count: number): void {
    this.#fault = fault;
    this.#count = count;
  }

  take(): SimulatorFault | undefined {
    if (this.#count === 0) return undefined;
    this.#count -= 1;
    return this.#fault;
  }
}
