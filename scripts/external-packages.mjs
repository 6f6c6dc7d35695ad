const BUNDLED = new Set(["@tidings/db", "@tidings/sdk"]);

/** `@scope/name/sub/path` → `@scope/name` */
const packageOf = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** For esbuild: our own workspace packages are TypeScript, so they go into the bundle; all others stay outside. */
export const externalPackages = {
  name: "external-packages",
  setup({ onResolve }) {
    // A path that starts with neither "." nor "/" names a package or a part of Node.
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || BUNDLED.has(packageOf(path)) ? undefined : { path, external: true },
    );
  },
};
