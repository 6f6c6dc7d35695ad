/** What outgoing calls may reach beyond public https servers. */
export interface OutboundPolicy {
  /**
   * `host:port` pairs that are allowed although they are private or speak plain http; the host as it stands in a
   * URL, with the port always given. Only ever filled by code that started that server itself, never from
   * configuration. Read at every call, so endpoints may be added later.
   */
  readonly allowedEndpoints: ReadonlySet<string>;
}
