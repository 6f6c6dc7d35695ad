/** Returned mail in the shapes that servers give it; `mark` is that of the mail they are about. */
export interface Notice {
  name: string;
  write(mark: string): string;
  /** What it says of the mail; undefined where that is no last word. */
  code: string | undefined;
}

const base64 = (text: string) =>
  Buffer.from(text)
    .toString("base64")
    .match(/.{1,76}/g)
    ?.join("\n") ?? "";

const report = (
  {
    from,
    subject,
    text,
    status,
    returned,
  }: Record<"from" | "subject" | "text" | "status" | "returned", string>,
  returnedType = "text/rfc822-headers",
) => `Return-Path: <>
From: ${from}
To: notice@school.example
Subject: ${subject}
Date: Thu, 02 Jan 2025 05:00:00 +0800
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="b0"

This is a MIME-encapsulated message.

--b0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

${text}

--b0
Content-Type: message/delivery-status

${status}

--b0
Content-Type: ${returnedType}

${returned}
--b0--
`;

const ours = (mark: string) => `From: <notice@school.example>
To: <wang@example.com>
Subject: =?UTF-8?B?57y06LS5IDU1MCDlhYM=?=
Message-ID: <${mark}@school.example>
`;

const POSTFIX = {
  from: "MAILER-DAEMON@mx.example.com (Mail Delivery System)",
  subject: "Undelivered Mail Returned to Sender",
};

export const NOTICES: Notice[] = [
  {
    name: "a mailbox that is not there, the common report",
    write: (mark) =>
      report({
        ...POSTFIX,
        text: "This is the mail system at host mx.example.com.\n\n<wang@example.com>: host mx2 said: 550 5.1.1 unknown",
        status: `Reporting-MTA: dns; mx.example.com
Arrival-Date: Thu,  2 Jan 2025 04:59:58 +0800

Final-Recipient: rfc822; wang@example.com
Original-Recipient: rfc822;wang@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx2.example.com
Diagnostic-Code: smtp; 550 5.1.1 <wang@example.com>: Recipient address
    rejected: User unknown in virtual mailbox table`,
        returned: ours(mark),
      }),
    code: "5.1.1",
  },
  {
    name: "a report whose status is vague and whose reply is not",
    write: (mark) =>
      report({
        ...POSTFIX,
        text: "Not delivered.",
        status:
          "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; w@example.com\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 Mailbox not found. http://service.example.com/help",
        returned: ours(mark),
      }),
    code: "550",
  },
  {
    name: "a report that the server has given up after days",
    write: (mark) =>
      report({
        ...POSTFIX,
        text: "The mail system gave up.",
        status:
          "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; w@example.com\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: X-Postfix; delivery temporarily suspended",
        returned: ours(mark),
      }),
    code: "4.4.7",
  },
  {
    name: "a report of a delay",
    write: (mark) =>
      report({
        ...POSTFIX,
        subject: "Delayed Mail (still being retried)",
        text: "YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
        status:
          "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; w@example.com\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect timed out\nWill-Retry-Until: Tue, 7 Jan 2025 05:00:00 +0800",
        returned: ours(mark),
      }),
    code: undefined,
  },
  {
    name: "a report that it was handed on",
    write: (mark) =>
      report({
        ...POSTFIX,
        subject: "Successful Mail Delivery Report",
        text: "Your message was relayed.",
        status:
          "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; w@example.com\nAction: relayed\nStatus: 2.1.5\nDiagnostic-Code: smtp; 250 2.1.5 Ok",
        returned: ours(mark),
      }),
    code: undefined,
  },
  {
    name: "a directory server's report, with the whole mail and the mark in its own headers",
    write: (mark) =>
      report(
        {
          from: '"Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>',
          subject: "Undeliverable: 5502 =?UTF-8?B?57y06LS5?=",
          text: "wang@corp.example\nThe email address you entered couldn't be found.",
          status: `Reporting-MTA: dns;MBX01.corp.example
Received-From-MTA: dns;mail.school.example

Original-Recipient: rfc822;wang@corp.example
Final-Recipient: rfc822;wang@corp.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: wang@corp.example`,
          returned: `${ours(mark)}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n550 5.7.1 text of ours\n`,
        },
        "message/rfc822",
      ),
    code: "5.1.10",
  },
  {
    name: "a plain letter of the old kind, with a copy below a line",
    write: (mark) => `Return-Path: <>
Date: 2 Jan 2025 05:00:00 -0000
From: MAILER-DAEMON@mail.example.com
To: notice@school.example
Subject: failure notice

Hi. This is the mail program at mail.example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<wang@example.com>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <notice@school.example>
${ours(mark)}
Your fee is 552 yuan.
`,
    code: "5.1.1",
  },
  {
    name: "a plain letter about trouble that passes",
    write: (mark) => `Return-Path: <>
From: MAILER-DAEMON@mail.example.com
To: notice@school.example
Subject: delivery status

Remote host said: 451 4.7.1 Greylisted, try again later
Still trying.

--- Below this line is a copy of the message.

${ours(mark)}
Your fee is 550 yuan.
`,
    code: undefined,
  },
  {
    name: "a Chinese provider's letter in GB18030, without a standard report",
    write: (mark) => {
      // 退信原因：收件人不存在
      const reason = Buffer.from([
        0xcd, 0xcb, 0xd0, 0xc5, 0xd4, 0xad, 0xd2, 0xf2, 0xa3, 0xba, 0xca, 0xd5, 0xbc, 0xfe, 0xc8, 0xcb, 0xb2,
        0xbb, 0xb4, 0xe6, 0xd4, 0xda,
      ]);
      const text = Buffer.concat([reason, Buffer.from(": host mx.example.cn said: 550 User not found\n")]);
      return `From: PostMaster@mail.example.cn
To: notice@school.example
Subject: =?GB18030?B?zPXQxQ==?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b1"

--b1
Content-Type: text/plain; charset=gb18030
Content-Transfer-Encoding: base64

${text.toString("base64")}

--b1
Content-Type: message/rfc822

${ours(mark)}Content-Type: text/plain

550 5.7.1 text of ours
--b1--
`;
    },
    code: "550",
  },
  {
    name: "a Chinese report in HTML and Base64",
    write: (mark) => `From: =?UTF-8?B?6YKu5Lu257O757uf?= <postmaster@mail.example.cn>
To: notice@school.example
Subject: =?UTF-8?B?57O757uf6YCA5L+h?=
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b2"

--b2
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${base64("<p>抱歉，您的邮件被退回来了。<br>收件人邮箱已停用。</p>")}

--b2
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

${base64("Reporting-MTA: dns; mail.example.cn\n\nFinal-Recipient: rfc822; w@example.cn\nAction: failed\nStatus: 5.2.1\nDiagnostic-Code: smtp; 550 5.2.1 邮箱已停用\n")}

--b2
Content-Type: message/rfc822
Content-Transfer-Encoding: base64

${base64(`${ours(mark)}\n正文`)}
--b2--
`,
    code: "5.2.1",
  },
  {
    name: "a report without our mail, to a tagged return path",
    write: (mark) =>
      report({
        ...POSTFIX,
        text: "Not delivered.",
        status:
          "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; w@example.com\nAction: failed\nStatus: 5.1.2",
        returned: "",
      }).replace("To: notice@school.example", `To: bounces+${mark}@school.example`),
    code: "5.1.2",
  },
  {
    name: "an out-of-office reply with our mail behind it",
    write: (mark) => `Return-Path: <>
From: wang@example.com
To: notice@school.example
Auto-Submitted: auto-replied
In-Reply-To: <${mark}@school.example>
Subject: Away

I am away until 5.1.2025, room 550 - write to 550 5.1.1 someone else.
`,
    code: undefined,
  },
  {
    name: "a spam complaint in another kind of report",
    write: (mark) => `From: postmaster@example.com
To: notice@school.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="b3"

--b3
Content-Type: text/plain

Your message was displayed.

--b3
Content-Type: message/disposition-notification

Disposition: manual-action/MDN-sent-manually; displayed
Original-Message-ID: <${mark}@school.example>

--b3--
`,
    code: undefined,
  },
];
