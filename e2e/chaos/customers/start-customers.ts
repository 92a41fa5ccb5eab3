import { createHash } from "node:crypto";
import { pickPort } from "@darkroom/local/pick-port";
import { type ReceivedRequest, startReceiver } from "@darkroom/testing/start-receiver";
import { Webhook } from "standardwebhooks";
import { connectTo } from "../cluster/connect-to.ts";
import { type Link, openLink } from "../cluster/open-link.ts";
import { tenantCount } from "../plan/plan-intents.ts";
import { moodOf, type Whim } from "./answer-as.ts";
import { ownUrlName, type PlannedEndpoint, plannedEndpoints, type Temper } from "./plan-endpoints.ts";

/** One POST that a customer's server really got, and what it said. */
export type Heard = {
  path: string;
  /** The `webhook-id`. */
  eventId: string;
  type: string;
  /** Of the event's data: a job's, a batch's. */
  subjectId: string | null;
  /** Why the published verifier refuses it; null if it does not. */
  refusal: string | null;
  bodySha256: string;
  /** What was answered; "ok" is a 2xx in time. */
  answered: string;
  at: string;
};

export type RegisteredEndpoint = PlannedEndpoint & { id: string; path: string };

export type Customers = {
  heard: Heard[];
  registered: RegisteredEndpoint[];
  /** Between our workers and all customers' servers. */
  link: Link;
  ownUrl(tenant: number): string;
  /** Registers every planned endpoint, and has the secrets shown. */
  register(api: { url: string; keys: readonly string[] }): Promise<void>;
  /** From now on they answer well. */
  heal(): void;
  whims(): Record<string, number>;
  close(): Promise<void>;
};

/** Real HTTP servers of customers, who check every signature with the published package and write down what they got. */
export async function startCustomers(seed: number): Promise<Customers> {
  const receiver = await startReceiver();
  const port = Number(new URL(receiver.url).port);
  const link = await openLink({ port: await pickPort(), connect: () => connectTo(port) });
  const url = `http://127.0.0.1:${link.port}`;
  const secrets = new Map<string, string>();
  const heard: Heard[] = [];
  const registered: RegisteredEndpoint[] = [];
  const moods = openMoods(seed);
  let isHealed = false;
  receiver.answer((request) => {
    const whim = moods.next(request.path, isHealed);
    heard.push(hear(request, secrets.get(request.path), whim));
    return whim.answer;
  });
  return {
    ...{ heard, registered, link, whims: moods.counts },
    ownUrl: (tenant) => `${url}${ownPath(tenant)}`,
    register: async (api) => {
      for (const planned of plannedEndpoints) {
        const path = pathOf(planned);
        const body = { url: `${url}${path}`, events: planned.events, fifo: planned.fifo };
        const made = await post(api, planned.tenant, "/v1/endpoints", body);
        secrets.set(path, made.secret);
        registered.push({ ...planned, id: made.id, path });
      }
      for (let tenant = 0; tenant < tenantCount; tenant += 1) {
        secrets.set(ownPath(tenant), (await post(api, tenant, "/v1/endpoints/default/rotate", {})).secret);
      }
    },
    heal: () => {
      isHealed = true;
    },
    close: async () => {
      await link.close();
      await receiver.close();
    },
  };
}

const pathOf = ({ tenant, name }: Pick<PlannedEndpoint, "tenant" | "name">) => `/tenant-${tenant}/${name}`;
export const ownPath = (tenant: number) => pathOf({ tenant, name: ownUrlName });

function openMoods(seed: number) {
  const tempers = new Map<string, Temper>(plannedEndpoints.map((planned) => [pathOf(planned), planned.temper]));
  const moods = new Map<string, ReturnType<typeof moodOf>>();
  const counts: Record<string, number> = {};
  return {
    next: (path: string, isHealed: boolean): Whim => {
      const mood = moods.get(path) ?? moodOf(tempers.get(path) ?? "moody", { seed, path });
      moods.set(path, mood);
      const whim = mood(isHealed);
      counts[whim.name] = (counts[whim.name] ?? 0) + 1;
      return whim;
    },
    counts: () => counts,
  };
}

function hear({ body, headers, path, receivedAt }: ReceivedRequest, secret: string | undefined, whim: Whim): Heard {
  const text = body.toString();
  const { type, subjectId } = readEvent(text);
  return {
    ...{ path, type, subjectId, eventId: headers["webhook-id"] ?? "" },
    refusal: verify(secret, text, headers),
    bodySha256: createHash("sha256").update(body).digest("hex"),
    answered: whim.name,
    at: receivedAt.toISOString(),
  };
}

function verify(secret: string | undefined, text: string, headers: Record<string, string>): string | null {
  if (!secret) return "nobody has registered this address";
  try {
    new Webhook(secret).verify(text, headers);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function readEvent(text: string): { type: string; subjectId: string | null } {
  try {
    const { type, data } = JSON.parse(text) as { type?: unknown; data?: { id?: unknown } };
    return { type: String(type), subjectId: typeof data?.id === "string" ? data.id : null };
  } catch {
    return { type: "unreadable", subjectId: null };
  }
}

async function post(
  api: { url: string; keys: readonly string[] },
  tenant: number,
  path: string,
  body: object,
): Promise<{ id: string; secret: string }> {
  const response = await fetch(`${api.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${api.keys[tenant]}` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return (await response.json()) as { id: string; secret: string };
}
