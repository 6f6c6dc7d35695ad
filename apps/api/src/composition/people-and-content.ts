import { releaseDeferred } from "../modules/deliveries/index.ts";
import { createDepartmentService, departmentRoutes } from "../modules/departments/index.ts";
import { createFrequencyCapService, frequencyCapRoutes } from "../modules/frequency-caps/index.ts";
import { createPolicyService, policyRoutes } from "../modules/policies/index.ts";
import { createQuietHoursService, quietHoursRoutes } from "../modules/quiet-hours/index.ts";
import {
  createEntryService,
  createRecipientListService,
  recipientListRoutes,
} from "../modules/recipient-lists/index.ts";
import { createSegmentService, segmentRoutes } from "../modules/segments/index.ts";
import { createSuppressionService, suppressionRoutes } from "../modules/suppressions/index.ts";
import { createTagService, tagRoutes } from "../modules/tags/index.ts";
import {
  createTemplateService,
  createTemplateVersionService,
  templateRoutes,
  templateVersionRoutes,
} from "../modules/templates/index.ts";
import {
  createIdentityService,
  createUserService,
  identityRoutes,
  userRoutes,
} from "../modules/users/index.ts";
import { createFindReviewProblems } from "../modules/vendor-templates/index.ts";
import type { Foundation } from "./foundation.ts";

/** Whom messages are for, when not, and what they say. `nudge`: something may be due now. */
export function composePeopleAndContent({ transact, plugins }: Foundation, nudge: () => void) {
  const users = createUserService({ transact, plugins });
  const departments = createDepartmentService({ transact });
  const templates = createTemplateService({ transact });
  const templateVersions = createTemplateVersionService({
    transact,
    plugins,
    findReviewProblems: createFindReviewProblems({ catalogue: plugins }),
  });
  const policies = createPolicyService({ transact, plugins });
  return {
    users,
    departments,
    templates,
    templateVersions,
    policies,
    routers: [
      userRoutes(users),
      identityRoutes(createIdentityService({ transact, plugins })),
      suppressionRoutes(createSuppressionService({ transact, plugins })),
      recipientListRoutes(
        createRecipientListService({ transact }),
        createEntryService({ transact, plugins }),
      ),
      departmentRoutes(departments),
      quietHoursRoutes(createQuietHoursService({ transact, releaseDeferred, nudge })),
      frequencyCapRoutes(createFrequencyCapService({ transact, catalogue: plugins })),
      tagRoutes(createTagService({ transact })),
      segmentRoutes(createSegmentService({ transact })),
      templateRoutes(templates),
      templateVersionRoutes(templateVersions),
      policyRoutes(policies),
    ],
  };
}
