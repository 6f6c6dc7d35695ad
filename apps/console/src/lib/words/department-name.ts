/** What a department is called where its place has to be seen: 高一 / 1班. */
export const departmentName = ({ path }: { path: readonly string[] }): string => path.join(" / ");
