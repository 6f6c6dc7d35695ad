import { hmacSha256, sameText } from "../../platform/crypto/index.ts";

/** 192 bits: enough that nobody guesses the address a vendor reports to. */
const TOKEN_CHARACTERS = 32;

/** Where the vendor pushes receipts of the channel. */
export function receiptsUrl(publicUrl: string, installationKey: Uint8Array, channelId: string): string {
  const path = `/v1/receipts/${channelId}/${receiptToken(installationKey, channelId)}`;
  return `${publicUrl.replace(/\/+$/, "")}${path}`;
}

/** Whether the token is the one that was given out for the channel. */
export function isReceiptToken(installationKey: Uint8Array, channelId: string, token: string): boolean {
  return sameText(token, receiptToken(installationKey, channelId));
}

function receiptToken(installationKey: Uint8Array, channelId: string): string {
  return hmacSha256(installationKey, `receipts/${channelId}`)
    .toString("base64url")
    .slice(0, TOKEN_CHARACTERS);
}
