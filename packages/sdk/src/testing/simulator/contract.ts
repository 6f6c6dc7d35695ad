/**
 * A vendor's fake: a real HTTP (or SMTP) server that enforces the vendor's authentication, limits and error
 * codes and sends its receipts. Plugins' tests, demos and rehearsals run against it.
 */
export interface Simulator {
  /** Where a person can look at what arrived: a page, `http://127.0.0.1:<port>/`. */
  url: string;
  /** `host:port` pairs that a channel has to be allowed to reach. */
  endpoints: string[];
  /** Channel settings that reach this simulator, secrets included, by the names in the manifest. */
  settings: Record<string, string | number | boolean>;
  /** What arrived so far, oldest first. */
  received(): SimulatedMessage[];
  /** Makes the next calls misbehave; `count` calls, then back to normal. */
  misbehave(fault: SimulatorFault, count: number): void;
  close(): Promise<void>;
}

export interface SimulatedMessage {
  to: string;
  /** The text a person would read. */
  text: string;
  /** The sender's reference, when the vendor's protocol carries one. */
  ref?: string;
  at: number;
}

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Where to push receipts, when the vendor pushes them. May also be set later. */
  receiptsUrl?: string;
  /** How long after acceptance a receipt goes out, milliseconds, default 300. */
  receiptDelayMs?: number;
}

/**
 * - `refuse`: an error code of the vendor that forbids a retry
 * - `busy`: the vendor asks for patience
 * - `drop`: the connection is cut before the call is carried out
 * - `hang`: the call is carried out and the answer never comes
 */
export type SimulatorFault = "refuse" | "busy" | "drop" | "hang";

/** What a plugin's `simulator/index.ts` exports as `startSimulator`. */
export type StartSimulator = (options?: SimulatorOptions) => Promise<Simulator>;
