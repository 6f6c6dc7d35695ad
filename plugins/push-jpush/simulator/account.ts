import { randomBytes } from "node:crypto";

/** The one app of the simulated vendor. Its keys are made up for each start. */
export interface Account {
  appKey: string;
  masterSecret: string;
  /** Paid apps may ask for the state of devices. */
  isVip: boolean;
}

export function openAccount(isVip: boolean): Account {
  const makeKey = () => randomBytes(12).toString("hex");
  return { appKey: makeKey(), masterSecret: makeKey(), isVip };
}
