/** What a tenant runs of a plugin that it has installed. */
export interface InstalledVersion {
  tenantId: string;
  pluginId: string;
  /** Of the package, hex. */
  sha256: string;
  /** The new version that a share of the batches tries. */
  trial: { sha256: string; percent: number } | undefined;
}

/** Code that nobody may run. */
export interface BlockedCode {
  /** Of a package, or of the code of a shipped plugin. */
  sha256: string;
  pluginId: string;
  version: string;
  cause: "operator" | "label" | "strikes";
  reason: string;
}

/** Where it is written down who runs what, for all processes of the installation. */
export interface InstalledSource {
  read(): Promise<{ versions: InstalledVersion[]; blocks: BlockedCode[] }>;
  /** The archive as it is stored, whatever that is. */
  readArchive(sha256: string): Promise<Uint8Array | undefined>;
  /** Forbids code to every process; says nothing if it is forbidden already. */
  block(code: BlockedCode): Promise<void>;
}
