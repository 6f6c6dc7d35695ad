/** A plugin broke the contract: a bug of its author, not of the tenant and not of the vendor. */
export class PluginFault extends Error {
  override readonly name = "PluginFault";
}
