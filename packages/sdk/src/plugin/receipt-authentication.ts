/**
 * How a vendor's push proves whose it is. The host checks it, and opens the envelope, before `parseReceipt`: a plugin has
 * no cryptography and sees no secret. A push that proves nothing is answered 401 or 403 and reaches no plugin.
 */
export type ReceiptAuthentication = SortedSha1Authentication;

/**
 * The query carries a time, a nonce and the SHA-1, in hex, of these two and an agreed secret, sorted and joined.
 *
 * @example
 * { "type": "sorted-sha1", "secret": "pushToken", "signature": "signature", "timestamp": "timestamp",
 *   "nonce": "nonce", "windowSeconds": 600 }
 */
export interface SortedSha1Authentication {
  type: "sorted-sha1";
  /** The secret setting with the text that is agreed with the vendor. While it is not set, every push is refused. */
  secret: string;
  /** Names of the query's parameters, at most 64 characters each. */
  signature: string;
  /** Of the time, seconds since 1970. */
  timestamp: string;
  nonce: string;
  /** How old a push may be, and how far ahead of our clock, seconds, 60 to 3,600. */
  windowSeconds: number;
  /** Without it, bodies come as they are, and no signature covers them. */
  envelope?: AesEnvelope;
}

/**
 * The body carries a ciphertext: AES-256-CBC, in base64, with the first half of the key as the first block, padded to 32
 * bytes. In it are 16 random bytes, a length, the plain body and who is to receive it. Its signature is that of the push
 * with the ciphertext as a fourth text.
 */
export interface AesEnvelope {
  type: "aes-cbc";
  /**
   * The secret setting with the key, 43 characters of base64. Where it is set, only bodies in an envelope are taken, where
   * it is not, only those without.
   */
  key: string;
  /** The element of an XML body, or the member of a JSON object, that holds the ciphertext. */
  field: string;
  /** The query's parameter with the signature that covers the ciphertext too. */
  signature: string;
  /** The open setting that names the receiver. */
  receiver: string;
}
