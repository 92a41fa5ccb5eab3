import type { Notebook } from "../clients/notebook.ts";
import type { Cluster } from "../cluster/start-cluster.ts";
import type { Heard, RegisteredEndpoint } from "../customers/start-customers.ts";
import { type BucketRecord, readBucket } from "./read-bucket.ts";
import { type DatabaseRecord, readDatabase } from "./read-database.ts";
import { hashPictures, type LedgerRecord, readLedger } from "./read-fal.ts";

/** The five records, each made by somebody else: clients, Postgres, fal, the bucket, and customers' servers. */
export type Records = {
  notebook: Notebook;
  database: DatabaseRecord;
  ledger: LedgerRecord[];
  bucket: BucketRecord;
  /** Pictures as fal has them, by address. */
  pictures: Map<string, string>;
  customers: { registered: RegisteredEndpoint[]; heard: Heard[] };
};

export async function gatherRecords(cluster: Cluster, notebook: Notebook): Promise<Records> {
  const { databaseUrl, falUrl, s3Url, bucket } = cluster.direct;
  const database = await readDatabase(databaseUrl);
  const sources = database.outputs.flatMap(({ sourceUrl, stored }) => (sourceUrl && stored ? [sourceUrl] : []));
  return {
    notebook,
    database,
    ledger: await readLedger(falUrl),
    bucket: await readBucket({ url: s3Url, bucket }),
    pictures: await hashPictures(falUrl, sources),
    customers: { registered: cluster.customers.registered, heard: cluster.customers.heard },
  };
}
