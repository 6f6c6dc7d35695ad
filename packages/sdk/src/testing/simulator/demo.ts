import type { Simulator } from "./contract.ts";

/**
 * How a demo shows the plugin's channel against its simulator: what a plugin's `simulator/index.ts` may export as `demo`.
 * The demo's users are students; its one notice is about attendance.
 */
export interface DemoChannel<Vendor extends Simulator = Simulator> {
  /** The channel's code. */
  code: string;
  /** Its name, in Chinese like all of the demo's data. */
  name: string;
  /** Settings beside the simulator's own, by the names in the manifest. */
  settings?(simulator: Vendor): Simulator["settings"];
  /** A user's address at the vendor; left out where users have one anyway: a phone number, an e-mail address. */
  addressOf?(userId: string): string;
  /** An address of which the vendor says that nothing arrives there. */
  deadAddress?: string;
  /** What a user does at the vendor before anything can be sent to them: they follow an account, or consent. */
  welcome?(simulator: Vendor, address: string): void;
  /**
   * The notice in the fields of the channel's content. Its variables are `user_name`, `course` and `rate`; `link` leads to
   * the user's own page. Plugins of one kind share a rendering, so a field they both have says the same.
   */
  notice(link: string): Record<string, string>;
}
