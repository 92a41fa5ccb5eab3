import fc from "fast-check";
import { expect, test } from "vitest";
import { type Candidate, pickNext, type Room, type TenantTurn } from "./pick-next.ts";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);
const line = (tenantId: string, count: number, model = "m"): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({ jobId: `${tenantId}${index}`, tenantId, model, queueAt: at(index) }));
const tenant = (changes: Partial<TenantTurn> = {}): TenantTurn => ({
  turn: 0,
  weight: 1,
  inFlight: 0,
  inFlightMax: null,
  ...changes,
});

function room(tenants: Record<string, TenantTurn>, changes: Partial<Room> = {}): Room {
  return { free: 10, turn: 0, tenants: new Map(Object.entries(tenants)), modelRoom: new Map(), ...changes };
}

/** One slot after the other, as releases come, with the turns carried on. */
function run(candidates: Candidate[], tenants: Record<string, TenantTurn>, count: number): string[] {
  const left = new Map(candidates.map((candidate) => [candidate.jobId, candidate]));
  const picked: string[] = [];
  let turn = 0;
  for (let index = 0; index < count; index += 1) {
    const picks = pickNext([...left.values()], room(tenants, { free: 1, turn }));
    turn = picks.turn;
    for (const [id, finish] of picks.tenantTurns) tenants[id] = { ...tenants[id]!, turn: finish };
    for (const id of picks.jobIds) {
      picked.push(left.get(id)!.tenantId);
      left.delete(id);
    }
  }
  return picked;
}

test("tenants take turns, however long one's line is", () => {
  const picks = pickNext([...line("a", 20), ...line("b", 2)], room({ a: tenant(), b: tenant() }, { free: 5 }));
  expect(picks.jobIds).toEqual(["a0", "b0", "a1", "b1", "a2"]);
});

test("a newcomer starts within two releases of a tenant with a long backlog", () => {
  const tenants = { a: tenant(), b: tenant() };
  const first = run(line("a", 50), tenants, 30);
  expect(first).toHaveLength(30);
  const picks = pickNext([...line("a", 50), ...line("b", 1)], room(tenants, { free: 2, turn: 29 }));
  expect(picks.jobIds).toContain("b0");
});

test.each([1, 2, 7])("weights 3:1 give starts 3:1, also when slots come %i at a time", (free) => {
  const tenants: Record<string, TenantTurn> = { a: tenant({ weight: 3 }), b: tenant({ weight: 1 }) };
  const left = new Map([...line("a", 2_000), ...line("b", 2_000)].map((candidate) => [candidate.jobId, candidate]));
  let turn = 0;
  let a = 0;
  for (let picked = 0; picked < 2_000; picked += free) {
    const heads = ["a", "b"].flatMap((id) =>
      [...left.values()].filter(({ tenantId }) => tenantId === id).slice(0, free),
    );
    const picks = pickNext(heads, room(tenants, { free, turn }));
    turn = picks.turn;
    for (const [id, finish] of picks.tenantTurns) tenants[id] = { ...tenants[id]!, turn: finish };
    for (const id of picks.jobIds) {
      if (id.startsWith("a")) a += 1;
      left.delete(id);
    }
  }
  expect(a / 2_000).toBeGreaterThan(0.74);
  expect(a / 2_000).toBeLessThan(0.76);
});

test("idle time is not saved up: who comes back gets its share, not the past", () => {
  const tenants = { a: tenant({ turn: 100 }), b: tenant({ turn: 3 }) };
  const picks = pickNext([...line("a", 10), ...line("b", 10)], room(tenants, { free: 6, turn: 99 }));
  expect(picks.jobIds.filter((id) => id.startsWith("b")).length).toBeLessThanOrEqual(4);
});

test("a cap holds, counting what is at fal already, and the rest goes to others", () => {
  const tenants = { a: tenant({ inFlight: 1, inFlightMax: 2 }), b: tenant() };
  const picks = pickNext([...line("a", 9), ...line("b", 9)], room(tenants, { free: 6 }));
  expect(picks.jobIds.filter((id) => id.startsWith("a"))).toHaveLength(1);
  expect(picks.jobIds).toHaveLength(6);
});

test("a model without room is passed over, not waited for", () => {
  const jobs = [...line("a", 3, "closed"), { jobId: "a9", tenantId: "a", model: "open", queueAt: at(99) }];
  const picks = pickNext(jobs, room({ a: tenant() }, { modelRoom: new Map([["closed", 1]]) }));
  expect(picks.jobIds).toEqual(["a0", "a9"]);
});

test("never more than there is room for, nobody twice, and nobody unknown or over a cap", () => {
  const someTenant = fc.record({
    turn: fc.double({ min: 0, max: 50, noNaN: true }),
    weight: fc.integer({ min: 1, max: 9 }),
    inFlight: fc.nat(3),
    inFlightMax: fc.option(fc.nat(5)),
  });
  const world = fc.record({
    tenants: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), someTenant),
    free: fc.nat(12),
    jobs: fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", "e"), fc.constantFrom("m", "n")), { maxLength: 40 }),
    room: fc.nat(6),
  });
  fc.assert(
    fc.property(world, ({ tenants, free, jobs, room: modelRoom }) => {
      const candidates = jobs.map(([tenantId, model], index) => ({
        jobId: `${index}`,
        tenantId,
        model,
        queueAt: at(index),
      }));
      const picks = pickNext(candidates, room(tenants, { free, modelRoom: new Map([["n", modelRoom]]) }));
      expect(picks.jobIds.length).toBeLessThanOrEqual(free);
      expect(new Set(picks.jobIds).size).toBe(picks.jobIds.length);
      const picked = picks.jobIds.map((id) => candidates[Number(id)]!);
      expect(picked.filter(({ model }) => model === "n").length).toBeLessThanOrEqual(modelRoom);
      for (const [id, given] of Object.entries(tenants)) {
        const count = picked.filter(({ tenantId }) => tenantId === id).length;
        if (given.inFlightMax !== null)
          expect(count).toBeLessThanOrEqual(Math.max(0, given.inFlightMax - given.inFlight));
      }
      expect(picked.some(({ tenantId }) => !(tenantId in tenants))).toBe(false);
    }),
  );
});
