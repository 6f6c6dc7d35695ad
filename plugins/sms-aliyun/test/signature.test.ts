import { expect, test } from "vitest";
import vector from "../vectors/acs3.json";
import { signAcs3 } from "./acs3.ts";

test("signs the example of the vendor's documentation as the vendor does", () => {
  const { canonicalRequest, signature } = signAcs3(
    vector.documented.request as never,
    vector.documented.inputs,
  );
  expect(canonicalRequest).toBe(vector.documented.canonicalRequest);
  expect(signature).toBe("06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
});

test("signs a call with a form body, content type included", () => {
  const { canonicalRequest, headers } = signAcs3(vector.formBody.request as never, vector.formBody.inputs);
  expect(canonicalRequest).toBe(vector.formBody.canonicalRequest);
  expect(headers.authorization).toBe(vector.formBody.authorization);
});
