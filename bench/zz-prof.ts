import { startScratchDatabase } from "./scratch/database.ts";
import { seed } from "./scratch/seed.ts";
import { PLUGINS_DIR, gatherPlugins } from "./scratch/bundle.ts";
import { toUuid } from "@tidings/db";
await gatherPlugins();
const db = await startScratchDatabase();
const seeded = await seed(db, { pluginsDir: PLUGINS_DIR, vendorUrl: "http://127.0.0.1:1", mailPort: 1, users: 60000, tags: {} });
const tenant = toUuid("tenant", seeded.tenant.tenantId);
const file = "01900000-0000-7000-8000-000000000001";
const { readFileSync } = await import("node:fs");
await db.run(async (sql) => {
  await sql`insert into audience_file_rows select ${tenant}, ${file}, n, 'user-' || lpad(n::text, 7, '0'), jsonb_build_object('order', 'SO-' || n) from generate_series(1, 60000) n`;
  const [ch] = await sql`select id from channels where tenant_id = ${tenant} and code = 'bench'`;
  await sql`insert into messages (tenant_id, id, state, needs_approval, title, priority, audience, variables, channel_ids, content_hash)
    values (${tenant}, '01900000-0000-7000-8000-0000000000aa', 'expanding', false, 't', 2, '{}', '{}', array[${ch!.id}]::uuid[], 'x')`;
  await sql`analyze`;
});
const body = readFileSync(process.argv[2]!, "utf8");
for (const st of body.split(/^----$/m)) {
  for (let k = 0; k < 3; k++) {
    const rows = await db.run(async (sql) => { await sql`truncate deliveries, chunks, statistics_deltas, flows`;
      return sql.unsafe(st.replaceAll("$T", `'${tenant}'`).replaceAll("$F", `'${file}'`)); });
    if (k === 2) for (const r of rows) console.log(Object.values(r)[0]);
    else console.log((rows as any).map((r: any) => Object.values(r)[0]).filter((l: string) => /Execution|temp/.test(l)).slice(-1).join());
  }
  console.log("=======");
}
await db.stop();
process.exit(0);
