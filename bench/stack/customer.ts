import type { Bed } from "../bed.ts";
import { startPeer } from "./start-peer.ts";

export type Customer = {
  url: string;
  /** How many POSTs came, and for how many different things. */
  count(): Promise<{ posts: number; ids: number }>;
  /** When each id was first heard of, in ms of the epoch. */
  heard(): Promise<Record<string, number>>;
  forget(): Promise<void>;
  stop(): Promise<void>;
};

export async function startCustomer(bed: Bed): Promise<Customer> {
  const { url, stop } = await startPeer(bed, "customer");
  const ask = async (path: string, method = "GET") => (await fetch(`${url}${path}`, { method })).json();
  return {
    ...{ url, stop },
    count: async () => (await ask("/count")) as { posts: number; ids: number },
    heard: async () => (await ask("/heard")) as Record<string, number>,
    forget: async () => void (await ask("/", "DELETE")),
  };
}
