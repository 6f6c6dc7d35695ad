/** What outgoing calls may reach beyond public https servers. */
export interface OutboundPolicy {
  /**
   * `host:port` pairs that are allowed although they are private or speak plain http; the host as it stands in a
   * URL, with the port always given. Filled by the operator's `INTERNAL_ENDPOINTS` and by code that has started that
   * server itself, never by anything of a tenant or a plugin. Read at every call, so endpoints may be added later.
   */
  readonly allowedEndpoints: ReadonlySet<string>;
}
