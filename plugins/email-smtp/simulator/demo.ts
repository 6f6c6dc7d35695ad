import type { DemoChannel } from "@tidings/sdk/testing";
import type { EmailSimulator } from "./email-simulator.ts";

export const demo: DemoChannel<EmailSimulator> = {
  code: "school-mail",
  name: "校园邮件",
  settings: ({ returns }) => returns,
  notice: (link) => ({
    subject: "{{course}}出勤提醒",
    text: `{{user_name}}同学：\n\n您本学期的{{course}}出勤率为{{rate}}，已低于学校要求。请在本周内联系辅导员说明情况。\n\n查看详情：${link}\n\n知行学校教务处`,
    html: `<p>{{user_name}}同学：</p><p>您本学期的<strong>{{course}}</strong>出勤率为 <strong>{{rate}}</strong>，已低于学校要求。请在本周内联系辅导员说明情况。</p><p><a href="${link}">查看详情</a></p><p>知行学校教务处</p>`,
  }),
};
