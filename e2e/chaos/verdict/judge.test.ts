import { describe, expect, test } from "vitest";
import type { Records } from "../records/gather-records.ts";
import { judge } from "./judge.ts";
import {
  line,
  makeAttempt,
  makeEndpoint,
  makeEntry,
  makeEvent,
  makeHeard,
  makeJob,
  makeOutput,
  makeRecords,
  makeRow,
} from "./make-records.ts";
import { type DeadlyRule, deadlyRules } from "./violation.ts";

/** A judge that finds nothing is worthless: each rule is broken here once, and nothing else may be found. */
function found(spoil: (records: Records) => void, spoilEnd?: (records: Records) => void) {
  const { counts, violations } = judge(makeRecords(spoil, spoilEnd));
  const broken = deadlyRules.filter((rule) => counts[rule] > 0);
  return { broken, what: violations.map(({ what }) => what) };
}

const only = (rule: DeadlyRule, what: string) => ({ broken: [rule], what: [what] });

test("finds nothing where everything is well", () => {
  const { counts, violations, orphans } = judge(makeRecords());
  expect(violations).toEqual([]);
  expect(counts).toMatchObject({
    jobs_accepted: 1,
    succeeded: 1,
    failed: 0,
    canceled: 0,
    unknown_submits: 0,
    orphan_objects: 0,
  });
  expect(Object.values(orphans).flat()).toEqual([]);
});

/** The only job failed without being charged: what the following spoil from. */
function failJob({ database, ledger, notebook }: Records, differs: Parameters<typeof makeJob>[0] = {}) {
  database.jobs = [makeJob({ state: "failed", charged: "no", errorCode: "fal_error", costMicros: 0, ...differs })];
  database.timeline[3] = line("job.failed", { code: differs.errorCode ?? "fal_error" });
  database.events = [makeEvent("job.failed")];
  database.spend[1] = makeEntry("release", 6_000);
  ledger[0] = makeRow({ outcome: "failed", billedMicros: 0 });
  notebook.ends[0] = { ...notebook.ends[0]!, status: "failed", outputs: [] };
}

/** A second job got the pictures of the only one. */
function reuse({ database, notebook }: Records) {
  notebook.accepted.push({ ...notebook.accepted[0]!, key: "key-2", name: "intent-2", jobId: "job_2" });
  const differs = { id: "job_2", intent: "intent-2", reusedFrom: "job_1" };
  database.jobs.push(makeJob({ ...differs, charged: "no", costMicros: 0, attempt: 0 }));
  database.timeline.push(line("job.queued", {}, "job_2"), line("job.succeeded", {}, "job_2"));
  database.events.push(makeEvent("job.succeeded", "job_2"));
  const entries = [makeEntry("reserve", 6_000), makeEntry("release", 6_000)];
  database.spend.push(...entries.map((entry) => ({ ...entry, jobId: "job_2" })));
  database.outputs.push(makeOutput({ id: "out_2", jobId: "job_2", sourceUrl: null }));
}

/** After that failure it was opened again by hand, and succeeded with its second attempt. */
function retryJob(records: Records, failed: Parameters<typeof makeJob>[0] = {}) {
  failJob(records, failed);
  const { database, ledger, notebook } = records;
  database.jobs = [makeJob({ round: 2, attempt: 2 })];
  database.attempts = [
    makeAttempt(),
    makeAttempt({ id: "att_2", number: 2, token: "token-2", requestId: "request-2" }),
  ];
  database.timeline.push(
    ...[
      line("job.queued", { by: "retry" }),
      line("job.submitting", { attempt: 2 }),
      line("job.copying"),
      line("job.succeeded"),
    ],
  );
  database.events.push(makeEvent("job.succeeded"));
  database.spend.push(makeEntry("reserve", 6_000, { round: 2 }), makeEntry("settle", 5_000, { round: 2 }));
  ledger.push(makeRow({ requestId: "request-2", webhookUrl: "http://us/webhooks/fal/token-2" }));
  notebook.ends[0] = { ...notebook.ends[0]!, status: "succeeded", outputs: [{ id: "out_1", sha256: "a1" }] };
}

describe("finds nothing wrong with", () => {
  test("a failure that was not charged", () => expect(found(failJob).broken).toEqual([]));
  test("a retry by hand of it", () => expect(found(retryJob).broken).toEqual([]));

  test("a retry by hand of one that may have been charged, and was", () => {
    const doubted = (records: Records) => {
      retryJob(records, { charged: "unknown", errorCode: "submit_unknown" });
      records.database.timeline[3] = line("job.failed", { code: "submit_unknown" });
      records.database.spend[1] = makeEntry("settle", 6_000, { estimated: true });
      records.ledger[0] = makeRow();
    };
    expect(found(doubted).broken).toEqual([]);
    expect(judge(makeRecords(doubted)).counts.unknown_submits).toBe(1);
  });

  test("a copy that was tried again by hand: settled once, ended twice", () => {
    const recopied = ({ database }: Records) => {
      database.timeline.splice(3, 0, line("job.failed", { code: "copy_failed" }), line("job.copying", { by: "retry" }));
      database.events.push(makeEvent("job.failed"));
    };
    expect(found(recopied).broken).toEqual([]);
  });

  test("a second attempt after one that fal did not bill", () => {
    const tried = (records: Records) => {
      records.database.jobs = [makeJob({ attempt: 2 })];
      records.database.attempts.push(makeAttempt({ id: "att_2", number: 2, token: "token-2", requestId: "request-2" }));
      records.database.timeline.splice(2, 0, line("job.queued"), line("job.submitting", { attempt: 2 }));
      records.ledger[0] = makeRow({ outcome: "failed", billedMicros: 0 });
      records.ledger.push(makeRow({ requestId: "request-2", webhookUrl: "http://us/webhooks/fal/token-2" }));
    };
    expect(found(tried).broken).toEqual([]);
  });

  test("two lost submits of one wish to the letter that found each other's request", () => {
    const swapped = ({ bucket, database, ledger, notebook }: Records) => {
      notebook.accepted.push({ ...notebook.accepted[0]!, key: "key-2", name: "intent-2", jobId: "job_2" });
      database.jobs.push(makeJob({ id: "job_2", intent: "intent-2" }));
      database.attempts = [
        makeAttempt({ requestId: "request-2" }),
        makeAttempt({ id: "att_2", jobId: "job_2", token: "token-2", requestId: "request-1" }),
      ];
      database.timeline.push(line("job.submitting", { attempt: 1 }, "job_2"), line("job.succeeded", {}, "job_2"));
      database.events.push(makeEvent("job.succeeded", "job_2"));
      database.spend.push(...database.spend.map((entry) => ({ ...entry, jobId: "job_2" })));
      database.outputs.push(makeOutput({ id: "out_2", jobId: "job_2", key: "tenants/ten_1/jobs/job_2/out_2.png" }));
      bucket.set("tenants/ten_1/jobs/job_2/out_2.png", { bytes: 10, sha256: "a1" });
      ledger.push(makeRow({ requestId: "request-2", webhookUrl: "http://us/webhooks/fal/token-2" }));
    };
    expect(found(swapped).what).toEqual([]);
  });

  test("a job that got the pictures of an identical one", () => expect(found(reuse).what).toEqual([]));

  test("a rounding by one micro-dollar", () => {
    expect(found(({ ledger }) => (ledger[0] = makeRow({ billedMicros: 4_999 }))).broken).toEqual([]);
  });
});

describe("lost", () => {
  test("an accepted job without a row", () => {
    const gone = found(({ notebook }) => {
      notebook.accepted.push({ ...notebook.accepted[0]!, key: "key-9", name: "intent-9", jobId: "job_9" });
    });
    expect(gone).toEqual(only("lost", "a job was accepted, and there is no such row"));
  });

  test("a file that is not there as it was sent", () => {
    const taken = "a file was taken, and is not there as it was";
    const empty = "a picture to start from is not in the bucket";
    const key = "tenants/ten_1/files/file_1.png";
    expect(found(({ bucket }) => bucket.delete(key)).what).toEqual([taken, empty]);
    expect(found(({ bucket }) => bucket.set(key, { bytes: 5, sha256: "other" })).what).toEqual([taken, empty]);
    expect(found(({ database }) => database.files.pop())).toEqual(only("lost", taken));
  });

  test("a picture that came with a job and is gone", () => {
    const file = { id: "file_2", key: "tenants/ten_1/jobs/job_1/file_2.png", sha256: "f2", erased: false };
    expect(found(({ database }) => database.files.push(file))).toEqual(
      only("lost", "a picture to start from is not in the bucket"),
    );
    expect(found(({ database }) => database.files.push({ ...file, erased: true })).broken).toEqual([]);
  });

  test("an end that a client was told and that is not so", () => {
    const what = only("lost", "a client was told another end");
    expect(found(({ notebook }) => (notebook.ends[0]!.status = "failed"))).toEqual(what);
    expect(found(({ notebook }) => (notebook.ends[0]!.outputs[0]!.sha256 = "other"))).toEqual(what);
  });

  test("a refusal told to one who asked after the job had been made, not to one who had asked before", () => {
    const refuse = (askedAt: string) =>
      found(({ notebook }) => {
        notebook.overBudget.push({ key: "key-1", name: "intent-1", tenant: 0, apiKey: 0, askedAt });
      });
    const what = "one Idempotency-Key was answered with a refusal after its job had been made";
    expect(refuse("2026-11-20T10:00:01Z")).toEqual(only("lost", what));
    expect(refuse("2026-11-20T09:59:59Z").broken).toEqual([]);
  });
});

test("stuck: a job that has not ended", () => {
  const stuck = (records: Records) => {
    failJob(records, { state: "submitting", charged: null, errorCode: null, dueAt: "2026-11-20T10:00:00Z" });
    records.database.timeline.pop();
    records.database.events = [];
    records.database.spend.pop();
    records.notebook.ends = [];
  };
  expect(found(stuck)).toEqual(only("stuck", "a job is still submitting"));
});

describe("paid twice", () => {
  test("one attempt that fal has accepted twice", () => {
    const twice = found(({ ledger }) => ledger.push(makeRow({ requestId: "request-1b", billedMicros: 0 })));
    expect(twice).toEqual(only("paid_twice", "fal accepted one attempt twice"));
  });

  test("a further attempt after one that fal had billed", () => {
    const again = (records: Records) => {
      records.database.jobs = [makeJob({ attempt: 2 })];
      records.database.attempts.push(makeAttempt({ id: "att_2", number: 2, token: "token-2", requestId: "request-2" }));
      records.database.timeline.splice(2, 0, line("job.queued"), line("job.submitting", { attempt: 2 }));
      records.ledger.push(
        makeRow({ requestId: "request-2", webhookUrl: "http://us/webhooks/fal/token-2", billedMicros: 0 }),
      );
    };
    expect(found(again)).toEqual(only("paid_twice", "it was submitted again although fal had billed it"));
  });

  test("one key that made two jobs, whether two were told or two are there", () => {
    const what = only("paid_twice", "one Idempotency-Key made two jobs");
    const inDatabase = (records: Records) => {
      failJob(records);
      records.database.jobs.push({ ...records.database.jobs[0]!, id: "job_2" });
      records.database.timeline.push(line("job.failed", {}, "job_2"));
      records.database.events.push(makeEvent("job.failed", "job_2"));
      const { spend } = records.database;
      spend.push(...spend.map((entry) => ({ ...entry, jobId: "job_2" })));
    };
    expect(found(inDatabase)).toEqual(what);
    const told = found(({ notebook }) => notebook.accepted.push({ ...notebook.accepted[0]!, jobId: "job_2" }));
    expect(told.broken).toEqual(["lost", "paid_twice"]);
  });
});

describe("outputs", () => {
  const key = "tenants/ten_1/jobs/job_1/out_1.png";

  test("missing: no object, not stored, or fewer than asked for", () => {
    const what = only("outputs_missing", "a picture of a succeeded job is not in the bucket");
    expect(found(({ bucket }) => bucket.delete(key))).toEqual(what);
    expect(found(({ database }) => (database.outputs[0] = makeOutput({ stored: false })))).toEqual(what);
    expect(found(({ database }) => (database.jobs[0] = makeJob({ images: 2 })))).toEqual(
      only("outputs_missing", "a succeeded job has not the pictures it asked for"),
    );
  });

  test("corrupt: other bytes than the row says, or than fal made", () => {
    const what = only("outputs_corrupt", "the object is not what its row says");
    expect(found(({ bucket }) => bucket.set(key, { bytes: 10, sha256: "other" }))).toEqual(what);
    expect(found(({ bucket }) => bucket.set(key, { bytes: 9, sha256: "a1" }))).toEqual(what);
    expect(found(({ pictures }) => pictures.set("http://fal/1.png", "whole"))).toEqual(
      only("outputs_corrupt", "the object is not the picture that fal made"),
    );
  });

  test("corrupt: a reused picture that its giver does not have", () => {
    const other = (records: Records) => {
      reuse(records);
      records.database.outputs[1] = makeOutput({
        id: "out_2",
        jobId: "job_2",
        key: "k2",
        sha256: "b2",
        sourceUrl: null,
      });
      records.bucket.set("k2", { bytes: 10, sha256: "b2" });
    };
    expect(found(other).what).toContain("a picture is not the one of the identical job");
  });
});

describe("ledger", () => {
  test("a request at fal that no attempt names", () => {
    const stranger = makeRow({ requestId: "request-9", webhookUrl: "http://us/webhooks/fal/token-9" });
    expect(found(({ ledger }) => ledger.push(stranger))).toEqual(
      only("ledger_mismatch", "fal has a request that no attempt names"),
    );
  });

  test("a job that is charged for the pictures of an identical one", () => {
    const charged = (records: Records) => {
      reuse(records);
      records.database.jobs[1] = { ...records.database.jobs[1]!, charged: "yes", costMicros: 6_000 };
      records.database.spend[3] = { ...makeEntry("settle", 6_000), jobId: "job_2" };
    };
    expect(found(charged)).toEqual(only("ledger_mismatch", "a job is charged for another's pictures"));
  });

  test("charged, and fal billed nothing; not charged, and fal billed", () => {
    expect(found(({ ledger }) => (ledger[0] = makeRow({ billedMicros: 0 })))).toEqual(
      only("ledger_mismatch", "said to be charged, but fal billed nothing"),
    );
    const billed = found((records) => {
      failJob(records);
      records.ledger[0] = makeRow();
    });
    expect(billed).toEqual(only("ledger_mismatch", "said not to be charged, but fal billed it"));
  });

  test("the same in a round before the last", () => {
    const billed = found((records) => {
      retryJob(records);
      records.ledger[0] = makeRow();
    });
    expect(billed).toEqual(only("ledger_mismatch", "said not to be charged, but fal billed it"));
  });

  test("another amount than fal billed", () => {
    expect(found(({ ledger }) => (ledger[0] = makeRow({ billedMicros: 4_000 })))).toEqual(
      only("ledger_mismatch", "another amount was settled than fal billed"),
    );
  });

  test("what the job says and what is booked do not agree", () => {
    const what = only("ledger_mismatch", "the job says something else about its money than the ledger");
    const settled = found((records) => {
      failJob(records);
      records.database.spend[1] = makeEntry("settle", 0);
    });
    expect(settled).toEqual(what);
    expect(found(({ database }) => (database.spend[1] = makeEntry("release", 6_000)))).toEqual(what);
    expect(found(({ database }) => (database.jobs[0] = makeJob({ costMicros: 4_999 })))).toEqual(what);
  });

  test("a guess that was corrected: once, to what fal billed, and only if it was a guess", () => {
    const guessed =
      (micros: number, estimated = true) =>
      (records: Records) => {
        failJob(records, {
          errorCode: "submit_unknown",
          charged: micros === -6_000 ? "no" : "yes",
          costMicros: 6_000 + micros,
        });
        records.database.spend.splice(1, 1, makeEntry("settle", 6_000, { estimated }), makeEntry("correct", micros));
        records.ledger[0] = makeRow({ billedMicros: micros === -6_000 ? 0 : 5_000 });
      };
    expect(found(guessed(-1_000)).what).toEqual([]);
    expect(found(guessed(-6_000)).what).toEqual([]);
    expect(found(guessed(-2_000))).toEqual(only("ledger_mismatch", "another amount was settled than fal billed"));
    expect(found(guessed(-1_000, false))).toEqual(
      only("ledger_mismatch", "a settlement is corrected that was no guess, or twice"),
    );
  });

  test("a release of another amount than was reserved", () => {
    const off = found((records) => {
      failJob(records);
      records.database.spend[1] = makeEntry("release", 5_000);
    });
    expect(off).toEqual(only("ledger_mismatch", "a round gives back another amount than it reserved"));
  });

  test("a budget that counts another sum than the ledger, or was overrun", () => {
    const off = found(
      () => {},
      ({ database }) => (database.budgetUses[0]!.usedMicros = 6_000),
    );
    expect(off).toEqual(only("ledger_mismatch", "a budget counts another sum than the ledger"));
    const overrun = found(({ database }) => (database.budgets[0]!.limitMicros = 4_999));
    expect(overrun).toEqual(only("ledger_mismatch", "a budget was overrun"));
    const ofOtherKey = found(
      ({ database }) => (database.budgets[0]!.apiKeyId = "key_2"),
      ({ database }) => (database.budgetUses[0]!.usedMicros = 0),
    );
    expect(ofOtherKey.broken).toEqual([]);
  });

  test("a usage report that says something else, by tenant, model or key", () => {
    for (const [index, dimension] of ["total", "model", "key"].entries()) {
      const what = only("ledger_mismatch", `the usage report's ${dimension} is not what the ledger says`);
      const spoil = (change: (row: Records["database"]["usage"][number]) => void) =>
        found(
          () => {},
          ({ database }) => change(database.usage[index]!),
        );
      expect(spoil((row) => (row.costMicros += 1))).toEqual(what);
      expect(spoil((row) => (row.succeeded += 1))).toEqual(what);
    }
  });

  test("no reservation, two, no settlement, or both kinds", () => {
    const reservations = only("ledger_mismatch", "a round has no reservation, or several");
    const settlements = only("ledger_mismatch", "a round is neither settled nor released, or both");
    expect(found(({ database }) => database.spend.shift())).toEqual(reservations);
    expect(found(({ database }) => database.spend.push(database.spend[0]!))).toEqual(reservations);
    expect(found(({ database }) => database.spend.pop())).toEqual(settlements);
    const release = makeEntry("release", 6_000);
    expect(found(({ database }) => database.spend.push(release))).toEqual(settlements);
  });
});

describe("events", () => {
  const rule = "events_undelivered";

  test("none, two, or of another kind than the ending", () => {
    const what = only(rule, "endings and events do not agree");
    expect(found(({ database }) => (database.events = []))).toEqual(what);
    expect(found(({ database }) => database.events.push(makeEvent("job.succeeded")))).toEqual(what);
    expect(found(({ database }) => (database.events = [makeEvent("job.failed")]))).toEqual(what);
  });

  test("a customer who did not get one, or refused it, unless it is listed as exhausted", () => {
    const what = only(rule, "a customer was not told of an event");
    const nothing = ({ customers }: Records) => void customers.heard.splice(0);
    const refused = ({ customers }: Records) => {
      customers.heard[0]!.answered = "error_500";
    };
    const listed = ({ customers, database }: Records) => {
      customers.heard[0]!.answered = "error_500";
      database.deliveries[0]!.state = "exhausted";
    };
    expect(found(() => {}, nothing)).toEqual(what);
    expect(found(() => {}, refused)).toEqual(what);
    expect(found(() => {}, listed).broken).toEqual([]);
    const madeNone = (records: Records) => {
      nothing(records);
      records.database.deliveries = [];
    };
    expect(found(() => {}, madeNone)).toEqual(what);
  });

  test("by the types an endpoint wants; one that is gone is owed nothing", () => {
    const wanting = (differs: Parameters<typeof makeEndpoint>[0]) =>
      found(
        ({ customers }) => (customers.registered = [makeEndpoint(differs)]),
        ({ customers }) => (customers.heard = []),
      ).broken;
    expect(wanting({ events: ["job.succeeded"] })).toEqual([rule]);
    expect(wanting({ events: ["job.failed"] })).toEqual([]);
    expect(wanting({ temper: "gone" })).toEqual([]);
  });

  test("a job's own webhook_url is told as well", () => {
    const own = ({ database }: Records) => {
      database.jobs[0]!.webhookUrl = "http://127.0.0.1:1/tenant-0/own-url";
    };
    expect(found(own)).toEqual(only(rule, "a customer was not told of an event"));
    const told = ({ customers, database }: Records) =>
      void customers.heard.push(makeHeard(database.events[0]!, { path: "/tenant-0/own-url" }));
    expect(found(own, told).broken).toEqual([]);
  });

  test("what is forged, made up, about something else, or in other words", () => {
    const spoil = (differs: Parameters<typeof makeHeard>[1]) =>
      found(
        () => {},
        ({ customers, database }) => customers.heard.push(makeHeard(database.events[0]!, differs)),
      );
    expect(spoil({ refusal: "no match" })).toEqual(
      only(rule, "a customer was sent what the published verifier refuses"),
    );
    expect(spoil({ eventId: "evt_x" })).toEqual(only(rule, "a customer was told of an event that there is not"));
    expect(spoil({ subjectId: "job_9" })).toEqual(only(rule, "a customer was told something else than the event says"));
    expect(spoil({ bodySha256: "other" })).toEqual(only(rule, "one event was told in two ways"));
  });

  test("a batch that has ended and is not told of", () => {
    const batch = ({ database }: Records) => {
      database.jobs[0]!.batchId = "batch_1";
      database.batches = [{ id: "batch_1", open: 0 }];
    };
    expect(found(batch)).toEqual(only(rule, "a batch has ended, and no event says so"));
    const told = (records: Records) => {
      batch(records);
      records.database.events.push({ ...makeEvent("batch.completed"), jobId: null, subjectId: "batch_1" });
    };
    expect(found(told).broken).toEqual([]);
  });

  test("out of order at an endpoint that wants a job's events in order", () => {
    const twice = (records: Records) => {
      retryJob(records);
      records.customers.registered = [makeEndpoint({ fifo: "job" })];
    };
    expect(found(twice).broken).toEqual([]);
    const swapped = found(twice, ({ customers }) => void customers.heard.reverse());
    expect(swapped).toEqual(only(rule, "a job's events were told out of order"));
  });

  test("twice at one address is allowed, and counted", () => {
    const again = makeRecords(
      () => {},
      ({ customers }) => customers.heard.push(customers.heard[0]!),
    );
    expect(judge(again)).toMatchObject({ violations: [], counts: { duplicate_deliveries: 1 } });
  });
});

test("orphans are counted, and explained where they may be", () => {
  const keys = {
    to_be_deleted: "tenants/ten_1/jobs/job_8/file_8.png",
    input_of_unmade_job: "tenants/ten_1/jobs/job_9/file_9.png",
    upload_not_recorded: "tenants/ten_1/files/file_9.png",
    output_not_recorded: "tenants/ten_1/jobs/job_1/out_9.png",
    receipt_not_recorded: "receipts/job_1/abc.json",
    unexplained: "elsewhere/thing",
  };
  const { counts, orphans, violations } = judge(
    makeRecords(({ bucket, database }) => {
      database.looseObjects = [{ key: keys.to_be_deleted }];
      for (const key of Object.values(keys)) bucket.set(key, { bytes: 1, sha256: "x" });
    }),
  );
  expect(violations).toEqual([]);
  expect(counts.orphan_objects).toBe(6);
  expect(orphans).toEqual(Object.fromEntries(Object.entries(keys).map(([reason, key]) => [reason, [key]])));
});
