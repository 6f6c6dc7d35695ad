/** For esbuild: our own workspace packages are TypeScript, so they go into the bundle; all others stay outside. */
export const externalPackages = {
  name: "external-packages",
  setup({ onResolve }) {
    // A path that starts with neither "." nor "/" names a package or a part of Node.
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || path.startsWith("@tidings/") ? undefined : { path, external: true },
    );
  },
};
