import type { Bed } from "../bed.ts";
import { startPeer } from "./start-peer.ts";

type Count = { posts: number; bytes: number; ids: number; waits: number };

export type Customer = {
  url: string;
  pid: number;
  /** How many POSTs came, their bodies' bytes, for how many different things, and how many first attempts to `/well/…`. */
  count(): Promise<Count>;
  /** When each id was first heard of, in ms of the epoch. */
  heard(): Promise<Record<string, number>>;
  /** How long after its event each first attempt to `/well/…` came, in ms. */
  waits(): Promise<number[]>;
  forget(): Promise<void>;
  stop(): Promise<void>;
};

export async function startCustomer(bed: Bed): Promise<Customer> {
  const { url, pid, stop } = await startPeer(bed, "customer");
  const ask = async (path: string, method = "GET") => (await fetch(`${url}${path}`, { method })).json();
  return {
    ...{ url, pid, stop },
    count: async () => (await ask("/count")) as Count,
    heard: async () => (await ask("/heard")) as Record<string, number>,
    waits: async () => (await ask("/waits")) as number[],
    forget: async () => void (await ask("/", "DELETE")),
  };
}
