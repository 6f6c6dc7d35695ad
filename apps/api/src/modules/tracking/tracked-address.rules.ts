import { timingSafeEqual } from "node:crypto";
import { hmacSha256 } from "../../platform/crypto/index.ts";
import { fromBigint, toBigint } from "../../platform/ids.ts";
import { LINK_NAME_BYTES, type Values } from "../templates/index.ts";

/**
 * Our address for a link or the pixel of one delivery: `/t/` and, in base64url, the delivery's key, the name of the
 * link, a seal over everything, and the values that nobody else keeps. The URL itself is not in it: it is found in what
 * the message says. Nothing is stored for it, and nobody can make one without the installation's key.
 */
const KEY_BYTES = 8;
/** 104 bits: enough that nobody guesses one, and the whole is a multiple of three. */
const SEAL_BYTES = 13;
const FIXED_BYTES = KEY_BYTES + LINK_NAME_BYTES + SEAL_BYTES;
/** Beyond this some programs cut addresses off; such a link goes out as it is. */
export const MAX_TOKEN_CHARACTERS = 1_900;
/** What a program took along behind the address, such as a full stop, is no part of it. */
const TOKEN = new RegExp(`^[A-Za-z0-9_-]{${(FIXED_BYTES * 4) / 3},${MAX_TOKEN_CHARACTERS}}(?![A-Za-z0-9_-])`);

/** What an address stands for. */
export interface Tracked {
  /** The public id. */
  deliveryId: string;
  name: Buffer;
  /** Values as they were when the message was sent. */
  carried: Values;
}

export function createTrackedAddresses(publicUrl: string, installationKey: Uint8Array) {
  const key = hmacSha256(installationKey, "tracked-addresses");
  const base = `${publicUrl.replace(/\/+$/, "")}/t/`;

  return {
    /** Undefined where the address would be too long. The delivery is named by its key. */
    write(deliveryKey: string, name: Uint8Array, carried: Values): string | undefined {
      const head = Buffer.alloc(KEY_BYTES + LINK_NAME_BYTES);
      head.writeBigUInt64BE(BigInt(deliveryKey));
      head.set(name, KEY_BYTES);
      const tail = Object.keys(carried).length > 0 ? Buffer.from(JSON.stringify(carried)) : Buffer.alloc(0);
      const token = Buffer.concat([head, sealOf(key, head, tail), tail]).toString("base64url");
      return token.length > MAX_TOKEN_CHARACTERS ? undefined : `${base}${token}`;
    },

    /** Undefined unless we have given the address out. */
    read(path: string): Tracked | undefined {
      const token = TOKEN.exec(path)?.[0];
      if (!token) return undefined;
      const bytes = Buffer.from(token, "base64url");
      const head = bytes.subarray(0, KEY_BYTES + LINK_NAME_BYTES);
      const tail = bytes.subarray(FIXED_BYTES);
      if (!timingSafeEqual(bytes.subarray(head.length, FIXED_BYTES), sealOf(key, head, tail)))
        return undefined;
      return {
        deliveryId: fromBigint("dlv", head.readBigUInt64BE()),
        name: head.subarray(KEY_BYTES),
        carried: tail.length > 0 ? (JSON.parse(tail.toString()) as Values) : {},
      };
    },
  };
}

export type TrackedAddresses = ReturnType<typeof createTrackedAddresses>;

const sealOf = (key: Uint8Array, head: Uint8Array, tail: Uint8Array) =>
  hmacSha256(key, Buffer.concat([head, tail])).subarray(0, SEAL_BYTES);

/** The event that an address tells of: the same for every time that it is asked for. */
export function eventIdOf({ deliveryId, name }: Tracked, type: "read" | "clicked"): string {
  return type === "read"
    ? `tidings:opened:${deliveryId}`
    : `tidings:clicked:${deliveryId}:${Buffer.from(name).toString("hex")}`;
}

export const deliveryKeyOf = ({ deliveryId }: Pick<Tracked, "deliveryId">): string =>
  toBigint("dlv", deliveryId);
