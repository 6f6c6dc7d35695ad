import { expect, test } from "vitest";
import { checkSignature } from "../simulator/signature.ts";
import vector from "../vectors/tc3.json";
import { signTc3 } from "./tc3.ts";

test.each([
  ["the example of the vendor's documentation", vector.documented],
  ["a call of the service, with a body beyond ASCII", vector.sendSms],
])("signs %s as the vendor does", (_, { request, inputs, ...expected }) => {
  const { headers, ...signed } = signTc3(request as Parameters<typeof signTc3>[0], inputs);
  expect({ ...signed, authorization: headers.authorization }).toEqual(expected);
});

test("the simulated vendor knows the signature of its service", () => {
  const { request, inputs, authorization } = vector.sendSms;
  const check = (changed: Record<string, string> = {}, body = request.body) => {
    const headers = new Headers({
      ...request.headers,
      host: "sms.tencentcloudapi.com",
      "x-tc-timestamp": String(inputs.timestamp),
      authorization,
      ...changed,
    });
    const answer = checkSignature({ method: "POST", headers, body }, inputs, inputs.timestamp * 1000);
    return (answer?.Response.Error as { Code: string } | undefined)?.Code;
  };
  expect(check()).toBeUndefined();
  expect(check({}, `${request.body} `)).toBe("AuthFailure.SignatureFailure");
  expect(check({ "x-tc-action": "PullSmsSendStatus" })).toBe("AuthFailure.SignatureFailure");
  expect(check({ authorization: authorization.replace("/sms/", "/cvm/") })).toBe(
    "AuthFailure.SignatureFailure",
  );
  expect(check({ authorization: authorization.replace(inputs.secretId, "AKIDother") })).toBe(
    "AuthFailure.SecretIdNotFound",
  );
  expect(check({ "x-tc-timestamp": String(inputs.timestamp + 301) })).toBe("AuthFailure.SignatureExpire");
  expect(check({ authorization: "Bearer x" })).toBe("AuthFailure.InvalidAuthorization");
});
