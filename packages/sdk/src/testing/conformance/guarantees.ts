import type { LocalizedText } from "../../plugin/index.ts";
import type { Grade } from "./report.ts";

/** What a check stands for. */
export interface Guarantee {
  words: LocalizedText;
  neededFor: Grade;
}

const required = (zh: string, en: string): Guarantee => ({ words: { zh, en }, neededFor: "bronze" });
const silver = (zh: string, en: string): Guarantee => ({ words: { zh, en }, neededFor: "silver" });
const gold = (zh: string, en: string): Guarantee => ({ words: { zh, en }, neededFor: "gold" });

/** The guarantee behind each check, by the check's name. */
export const GUARANTEES: Record<string, Guarantee> = {
  manifestIsValid: required(
    "清单符合格式，声明的能力与代码一致",
    "The manifest is valid, and what it declares is there",
  ),
  settingsAreValid: required("样例设置符合设置表单", "The sample settings suit the settings form"),
  authNamesSettings: required("鉴权方式引用的设置都存在", "Authentication names settings that exist"),
  pushesAreAuthenticatedBySettings: required(
    "推送鉴权引用的设置都存在，密钥都是保密项",
    "Pushes prove themselves by settings that exist, and by secrets that are secret",
  ),
  syncSaysWhenItCannotRead: required(
    "读不到模板列表时如实说明",
    "A list of templates that cannot be read is not taken for an empty one",
  ),
  syncKeepsItsForm: required(
    "同步的签名与模板符合格式，不超长",
    "Templates that are synchronised keep their form and lengths",
  ),
  syncIsDeterministic: required(
    "同样的设置以同样的方式读取模板",
    "The same settings ask for templates in the same way",
  ),
  sampleAddressesAreValid: required("样例地址符合地址规则", "The sample addresses suit the address rules"),
  planAnswersEveryMessageOnce: required(
    "每个接收人恰好处理一次，批次超限也不遗漏",
    "Every recipient is planned for exactly once, even in a batch too large",
  ),
  planTakesAnEmptyBatch: required("空批次不产生任何请求", "An empty batch makes no request"),
  planIsDeterministic: required("同样的输入得到同样的请求", "The same input gives the same requests"),
  planIsPlainJson: required("输出是纯 JSON", "The output is plain JSON"),
  planIsFast: required("500 个接收人在 50 毫秒内排好", "500 recipients are planned for within 50 ms"),
  requestsStayInsideTheManifest: required(
    "只用 https 访问清单列出的主机",
    "Requests go by https to the hosts of the manifest only",
  ),
  planKeepsSecretsOut: required("请求里不出现密钥", "No secret shows in a request"),
  planSurvivesHostileContent: required(
    "任意文字（表情、控制符、注入）都不出错",
    "Any text is survived: emoji, control characters, injections",
  ),
  planKeepsTheLimits: required("满批次不超出宿主的上限", "A full batch stays within the limits of the host"),
  idempotencyKeysAreStable: required(
    "重发时幂等键不变",
    "A message that is sent again keeps its idempotency key",
  ),
  settleAnswersEveryMessageOnce: required(
    "无论服务商怎么答复，每个接收人恰好一个结果",
    "Whatever comes back, every recipient has exactly one result",
  ),
  settleReadsFaults: required(
    "401、429、4xx、5xx、乱码与网络错误归类正确",
    "401, 429, 4xx, 5xx, garbage and network faults are told apart",
  ),
  settleIsDeterministic: required("同样的答复得到同样的结果", "The same answer gives the same result"),
  settleTakesNoResponses: required("没有答复就没有结果", "No responses give no results"),
  resultsKeepTheirLimits: required(
    "结果的代码与说明不超长、可入库",
    "Codes and details of results keep their lengths and can be stored",
  ),
  verifyReadsFaults: required("测试连接不会把故障当成功", "A test call takes no fault for a success"),
  receiptsAreRepeatable: required("回执重放结果一致", "A receipt that comes twice reads the same"),
  receiptsComeInAnyOrder: required("回执乱序结果一致", "Receipts read the same in any order"),
  receiptsSurviveForgeries: required("伪造、截断的回执不出错", "Forged and truncated receipts are survived"),
  receiptsSurviveGarbage: required("乱码不会被当成回执", "Garbage is no receipt"),
  receiptEventsKeepTheirForm: required("回执事件格式完整", "Events of receipts are complete"),
  allowancesAreDeclared: required(
    "读取用户授权的插件在清单中声明了 allowances",
    "A plugin that reads consents declares allowances",
  ),
  followUpsAnswerEveryMessageOnce: required(
    "查询与撤回对每个接收人恰好答复一次",
    "Query and recall answer for every recipient exactly once",
  ),
  followUpsReadFaults: required(
    "查询与撤回遇到故障不下结论",
    "Query and recall conclude nothing from a fault",
  ),
  followUpsKeepTheirForm: required("查询与撤回的结果格式完整", "Answers of query and recall are well-formed"),
  queryNeverLosesByGarbage: required("乱码不会导致重复发送", "Garbage never has a message sent twice"),
  followUpsAreDeterministic: required(
    "同样的查询与撤回得到同样的请求",
    "The same query or recall gives the same requests",
  ),
  vectorsMatch: required("与黄金样例逐字一致", "Golden vectors are met exactly"),
  tellsWhatBecameOfMessages: silver(
    "能得知消息的下落（回执或查询）",
    "Says what became of messages, by receipts or query",
  ),
  provesItsSettings: silver("可测试连接", "Can test a channel's settings"),
  hasVectorsOfEachFunction: silver("每个函数都有黄金样例", "Has golden vectors of each function"),
  putsErrorsIntoWords: silver(
    "每个错误代码都有中英文说明",
    "Puts every error code into words, in both languages",
  ),
  hasAReadme: silver("附有说明文档", "Has a README"),
  settlesWhatIsUnsure: gold(
    "发送中断后能查清或安全重发",
    "What may have been sent is settled: asked about, or repeated safely",
  ),
  tellsWhenMessagesArrive: gold("能得知消息已送达", "Says when messages arrive"),
  hasVectorsOfFailures: gold("黄金样例覆盖各类失败", "Golden vectors cover each kind of failure"),
  hasVectorsOfBadNews: gold(
    "黄金样例覆盖未送达的回执",
    "Golden vectors cover receipts of what did not arrive",
  ),
};
