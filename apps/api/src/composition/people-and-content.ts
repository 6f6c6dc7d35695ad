import { createPolicyService, policyRoutes } from "../modules/policies/index.ts";
import {
  createEntryService,
  createRecipientListService,
  recipientListRoutes,
} from "../modules/recipient-lists/index.ts";
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
import type { Foundation } from "./foundation.ts";

/** Whom messages are for, and what they say. */
export function composePeopleAndContent({ transact, plugins }: Foundation) {
  const users = createUserService({ transact, plugins });
  const templates = createTemplateService({ transact });
  const templateVersions = createTemplateVersionService({ transact, plugins });
  const policies = createPolicyService({ transact, plugins });
  return {
    users,
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
      tagRoutes(createTagService({ transact })),
      templateRoutes(templates),
      templateVersionRoutes(templateVersions),
      policyRoutes(policies),
    ],
  };
}
