import { expect, it } from "vitest";
import { deadAddressesIn } from "./automatic.rules.ts";

const codes = {
  gone: { origin: "hard_bounce", days: 30 },
  stop: { origin: "unsubscribed" },
} as const;

it("believes the codes that the plugin lists, and no others", () => {
  const news = [
    { deliveryId: "1", code: "gone" },
    { deliveryId: "2", code: "stop" },
    { deliveryId: "3", code: "busy" },
    { deliveryId: "4", code: undefined },
    { deliveryId: "5", code: "constructor" },
  ];
  expect(deadAddressesIn(news, codes)).toEqual([
    { deliveryId: "1", code: "gone", origin: "hard_bounce", days: 30 },
    { deliveryId: "2", code: "stop", origin: "unsubscribed", days: null },
  ]);
  expect(deadAddressesIn(news, undefined)).toEqual([]);
});
