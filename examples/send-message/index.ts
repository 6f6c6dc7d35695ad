/**
 * A business system that warns students about their attendance.
 *
 *   TIDINGS_API_KEY=td_live_… npx tsx examples/send-message/index.ts 2024001 2024002
 */
import { createClient, ProblemError } from "@tidings/sdk";

const apiKey = process.env.TIDINGS_API_KEY;
if (!apiKey) throw new Error("Set TIDINGS_API_KEY to the key of a source (console: 上游系统 → 密钥).");
const tidings = createClient({ baseUrl: process.env.TIDINGS_URL ?? "http://127.0.0.1:8080", apiKey });
const userIds = process.argv.slice(2);

try {
  const message = await tidings.sendMessage({
    body: {
      audience: { kind: "users", userIds: userIds.length > 0 ? userIds : ["2024001"] },
      channels: ["school-sms"],
      template: "attendance-warning",
      variables: { course: "高等数学", rate: "72%" },
    },
    idempotencyKey: `attendance-${new Date().toISOString().slice(0, 10)}-${userIds.join("-")}`,
  });
  console.log(`${message.id}: ${message.outcome}`);
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  console.error(`${error.code}: ${error.detail}`);
  process.exitCode = 1;
}
