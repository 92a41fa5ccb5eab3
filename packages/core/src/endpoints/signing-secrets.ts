import { columnsOf, type Db, type Queries, query, raw, type Sql, sql } from "../db/database.ts";
import { newEd25519Secret, newHmacSecret, readSigningKey, type SigningKey } from "../deliveries/sign.ts";
import { Prisma, type SigningSecret } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";
import type { Secrets } from "../secrets.ts";

/** Whose secrets: an endpoint's, or, for webhook_urls of jobs, the tenant's default. */
export type SecretOwner = { tenantId: string; endpointId: string | null };

/** How long a replaced secret still signs: a day to change it on the other side. */
const overlapMs = 86_400_000;
/** Secrets in force at once: more would only make the header longer. */
const secretsMax = 3;

type Tx = Pick<Db, "$queryRaw" | "signingSecret">;

/** Makes a secret. What is returned is shown once and never again. */
export async function addSecret(
  db: Tx,
  secrets: Secrets,
  owner: SecretOwner,
  options: { kind: "hmac" | "ed25519"; now: Date },
): Promise<string> {
  const { kind, now } = options;
  const made = kind === "hmac" ? { secret: newHmacSecret(), publicKey: null } : newEd25519Secret();
  const id = newId("sec");
  const publicKey = made.publicKey && Uint8Array.from(made.publicKey);
  const sealed = secrets.seal(made.secret, id);
  await db.signingSecret.create({ data: { id, ...owner, kind, sealed, publicKey, createdAt: now } });
  return made.secret;
}

export type Rotation = { secret: string; previousValidUntil: Date | null };

/** A new secret of each kind the owner has; the ones before it sign for another day, the oldest of too many no longer. */
export async function rotateSecrets(tx: Tx, secrets: Secrets, owner: SecretOwner, now: Date): Promise<Rotation> {
  const until = new Date(now.getTime() + overlapMs);
  const present = await readSecrets(tx, owner, now);
  const retired = await query(
    tx,
    sql`update signing_secrets set expires_at = ${until}::timestamptz where ${ownedBy(owner)} and expires_at is null returning 1`,
  );
  await endOldest(tx, present, now);
  const secret = await addSecret(tx, secrets, owner, { kind: "hmac", now });
  if (present.some(({ kind }) => kind === "ed25519")) await addSecret(tx, secrets, owner, { kind: "ed25519", now });
  return { secret, previousValidUntil: retired.length > 0 ? until : null };
}

async function endOldest(tx: Tx, present: readonly SigningSecret[], now: Date): Promise<void> {
  for (const kind of ["hmac", "ed25519"] as const) {
    const old = present.filter((secret) => secret.kind === kind).slice(secretsMax - 1);
    if (old.length === 0) continue;
    await tx.signingSecret.updateMany({ where: { id: { in: old.map(({ id }) => id) } }, data: { expiresAt: now } });
  }
}

/** The secrets in force, newest first. */
export function readSecrets(db: Queries, owner: SecretOwner, now: Date): Promise<SigningSecret[]> {
  return query(
    db,
    sql`select ${columnsOf(Prisma.SigningSecretScalarFieldEnum, "s")} from signing_secrets s
        where ${ownedBy(owner)} and ${inForce(sql`${now}::timestamptz`)}
        order by s.created_at desc, s.id desc`,
  );
}

/** What it takes to open one. */
export type SealedSecret = Pick<SigningSecret, "id" | "kind" | "sealed">;

/** The secrets in force of the endpoint called `alias`, newest first, as JSON: an own one's, or the tenant's default for an origin. */
export function secretsOf(alias: string, now: Sql): Sql {
  const p = raw(alias);
  return sql`(
    select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'sealed', s.sealed) order by s.created_at desc, s.id desc), '[]')
    from signing_secrets s
    where (s.endpoint_id = ${p}.id or ${p}.kind <> 'registered' and s.endpoint_id is null and s.tenant_id = ${p}.tenant_id)
      and ${inForce(now)})`;
}

/** Of a secret `s`: not replaced, or not for long enough. */
function inForce(now: Sql): Sql {
  return sql`(s.expires_at is null or s.expires_at > ${now})`;
}

/** What to sign with. Throws where a secret does not open. */
export function openSecrets(rows: readonly SealedSecret[], secrets: Secrets): SigningKey[] {
  return rows.map(({ id, kind, sealed }) => readSigningKey({ kind, secret: secrets.open(sealed, id) }));
}

/** Not "is not distinct from", which no index serves. */
function ownedBy({ tenantId, endpointId }: SecretOwner): Sql {
  return endpointId === null
    ? sql`tenant_id = ${tenantId} and endpoint_id is null`
    : sql`tenant_id = ${tenantId} and endpoint_id = ${endpointId}`;
}

/** The ed25519 keys an endpoint's signatures may be of; none for one that does not sign so, or is not there. */
export async function readPublicKeys(
  db: Pick<Db, "signingSecret">,
  endpointId: string,
  now: Date,
): Promise<Uint8Array[]> {
  const rows = await db.signingSecret.findMany({
    where: { endpointId, kind: "ed25519", OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
  });
  return rows.flatMap(({ publicKey }) => publicKey ?? []);
}
