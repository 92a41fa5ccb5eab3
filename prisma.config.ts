import { defineConfig } from "prisma/config";

/** For Prisma's CLI only. `generate` needs no database; `migrate deploy` and `studio` do. */
const { DATABASE_URL: url } = process.env;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(url ? { datasource: { url } } : {}),
});
