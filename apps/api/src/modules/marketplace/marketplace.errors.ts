import { defineProblem } from "../../platform/errors.ts";

export const publisherNotUnique = defineProblem("publisher-not-unique", 409, "The publisher's name is taken");
export const publisherSuspended = defineProblem("publisher-suspended", 403, "The publisher is suspended");
export const tooManyPublishers = defineProblem("too-many-publishers", 409, "Too many publishers");
export const tooManyPublisherKeys = defineProblem("too-many-publisher-keys", 409, "Too many live keys");
export const tooManyPublisherTokens = defineProblem("too-many-publisher-tokens", 409, "Too many live tokens");
export const tooManyPublisherLogins = defineProblem("too-many-publisher-logins", 409, "Too many logins");
export const publisherLoginKnown = defineProblem("publisher-login-known", 409, "The login is there already");
export const lastPublisherLogin = defineProblem("last-publisher-login", 409, "The publisher's last login");
export const publisherKeyKnown = defineProblem("publisher-key-known", 409, "The key is registered already");

export const packageRefused = defineProblem("package-refused", 422, "The package is not in order");
export const signatureRefused = defineProblem("signature-refused", 422, "The signature is not accepted");
export const versionTaken = defineProblem("version-taken", 409, "The version exists with other content");
export const versionNotHigher = defineProblem("version-not-higher", 409, "The version is not the highest");
export const pluginIdTaken = defineProblem("plugin-id-taken", 409, "The plugin's id is taken");
export const tooManySubmissions = defineProblem("too-many-submissions", 429, "Too many submissions");
export const notInReview = defineProblem("not-in-review", 409, "The version is not in review");
export const notListed = defineProblem("not-listed", 409, "The version is not listed");
export const reviewedAlready = defineProblem(
  "reviewed-already",
  409,
  "You have reviewed this version already",
);
export const ownSubmission = defineProblem("own-submission", 403, "Nobody reviews their own submission");
export const notChecked = defineProblem("not-checked", 409, "The version is being checked");
export const packageUnknown = defineProblem("package-unknown", 404, "There is no such package");
export const registryNotUnique = defineProblem("registry-not-unique", 409, "The registry is known already");
export const registryUnusable = defineProblem("registry-unusable", 422, "The registry cannot be used");
export const registryFixed = defineProblem(
  "registry-fixed",
  409,
  "The registry cannot be changed in this way",
);
export const registryInUse = defineProblem("registry-in-use", 409, "Plugins of the registry are in use");
export const tooManyRegistries = defineProblem("too-many-registries", 409, "Too many registries");
