import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";

export type Photo = {
  id: string;
  customer: string;
  model: string;
  input: Record<string, unknown>;
  status: string;
  requestId: string | null;
  sourceUrl: string | null;
  objectKey: string | null;
};

type Photos = {
  create(args: { data: Pick<Photo, "customer" | "model" | "input"> }): Promise<Photo>;
  findUniqueOrThrow(args: { where: { id: string } }): Promise<Photo>;
  update(args: { where: { id: string }; data: Partial<Photo> }): Promise<Photo>;
};

/** Generated from schema.prisma before the bench is compiled: named by a URL, so that types need no generated code. */
const generated = new URL("./generated/client.js", import.meta.url).href;

/** Prisma as its documentation shows it. */
export async function openPrisma(connectionString: string): Promise<{ photo: Photos }> {
  const { PrismaClient } = (await import(generated)) as {
    PrismaClient: new (options: { adapter: PrismaPg }) => { photo: Photos };
  };
  return new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
}

/** What `prisma migrate` would make of schema.prisma. */
const table = `
  create table if not exists photos (
    id text primary key, customer text not null, model text not null, input jsonb not null, status text not null default 'queued',
    request_id text, source_url text, object_key text, created_at timestamp(3) not null default current_timestamp,
    updated_at timestamp(3) not null);
  create unique index if not exists photos_request_id_key on photos (request_id);
  create index if not exists photos_customer_created_at_idx on photos (customer, created_at);`;

export async function makeTable(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(table);
  await client.end();
}
