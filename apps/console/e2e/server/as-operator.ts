import { type APIRequestContext, request } from "@playwright/test";
import { callApi, password } from "./sign-in.ts";

/** Calls the API as one of those who run the installation. */
export async function asOperator<Result>(
  work: (operator: APIRequestContext) => Promise<Result>,
): Promise<Result> {
  const operator = await request.newContext({ baseURL: process.env.TIDINGS_E2E_URL });
  try {
    await callApi(operator, "POST", "/v1/session", { email: "operator1@platform.example", password });
    return await work(operator);
  } finally {
    await operator.dispose();
  }
}
