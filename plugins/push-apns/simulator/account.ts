import { generateKeyPairSync, type KeyObject, randomInt } from "node:crypto";
import type { SimulatorFault } from "@tidings/sdk/testing";

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
