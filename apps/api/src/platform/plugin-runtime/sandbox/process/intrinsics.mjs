/**
 * Imported before the plugin. Takes what the plugin's surroundings use, before the plugin can change it, and then takes
 * away everything but the language and a few conversions: no clock that wakes, no stream, no memory shared between
 * threads. So nothing of a plugin runs when it has answered, and whoever blocks the thread is one of those that are called.
 */
export const { parse, stringify } = JSON;
export const { Response, URL } = globalThis;
export const text = String;
export const { entries, fromEntries, keys } = Object;

const LANGUAGE = [
  "Object Function Array Number Boolean String Symbol Date Promise RegExp JSON Math Intl BigInt Proxy Reflect Iterator",
  "Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError",
  "Map Set WeakMap WeakSet ArrayBuffer DataView DisposableStack AsyncDisposableStack globalThis eval",
  "Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array BigUint64Array BigInt64Array",
  "Uint8ClampedArray Float16Array Float32Array Float64Array",
  "parseFloat parseInt isFinite isNaN Infinity NaN undefined",
  "decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape",
];
const CONVERSIONS = ["URL URLSearchParams TextEncoder TextDecoder atob btoa structuredClone console"];
const kept = new Set([...LANGUAGE, ...CONVERSIONS].flatMap((line) => line.split(" ")));

for (let scope = globalThis; scope !== Object.prototype; scope = Object.getPrototypeOf(scope)) {
  for (const name of Object.getOwnPropertyNames(scope)) if (!kept.has(name)) delete scope[name];
}
