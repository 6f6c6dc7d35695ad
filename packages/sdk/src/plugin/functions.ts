import type { PurePlugin } from "./contract.ts";

/** The functions of a pure plugin, wherever they run: those of a module answer at once, those in a sandbox later. */
export type PureFunctions = {
  [Name in keyof PurePlugin]: NonNullable<PurePlugin[Name]> extends (input: infer Input) => infer Output
    ? (input: Input) => Output | Promise<Output>
    : never;
};
