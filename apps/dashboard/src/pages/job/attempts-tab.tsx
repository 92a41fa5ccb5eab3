import type { AdminAttempt } from "@darkroom/contract/admin/job-detail";
import { formatBytes } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { Facts } from "../../ui/facts.tsx";
import { Id } from "../../ui/id.tsx";
import { Chip, type Tone } from "../../ui/mark.tsx";
import { Empty } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import styles from "./attempts-tab.module.css";

type Untaken = Exclude<NonNullable<AdminAttempt["outcome"]>, "accepted">;

const outcomeTones: Record<Untaken, Tone> = {
  rejected: "bad",
  not_sent: "idle",
  unknown: "warn",
};
const outcomeWords: Record<Untaken, string> = {
  rejected: "fal refused it",
  not_sent: "never sent",
  unknown: "reply lost",
};

/** Each try at fal, with what fal said and what we made of it. */
export function AttemptsTab({ attempts }: { attempts: readonly AdminAttempt[] }) {
  if (attempts.length === 0) return <Empty title="It has not been to fal yet" />;
  return (
    <ol className={styles.list}>
      {attempts.map((attempt) => (
        <li key={attempt.id}>
          <Attempt attempt={attempt} />
        </li>
      ))}
    </ol>
  );
}

function Attempt({ attempt }: { attempt: AdminAttempt }) {
  const { sent_at: sent, accepted_at: accepted, finished_at: finished } = attempt;
  return (
    <>
      <div className={styles.head}>
        <strong>Attempt {attempt.number}</strong>
        <Outcome attempt={attempt} />
        {attempt.doubted_at && <Chip tone="warn">was in doubt</Chip>}
        <span className={styles.quiet}>
          <Ago at={attempt.created_at} />
        </span>
      </div>
      <Facts
        facts={[
          [
            "Request id",
            attempt.request_id ? <Id key="id" id={attempt.request_id} what="request id" whole /> : undefined,
          ],
          ["HTTP status", attempt.http_status ?? undefined],
          ["Submit took", sent && accepted ? formatDuration(Date.parse(accepted) - Date.parse(sent)) : undefined],
          ["fal took", accepted && finished ? formatDuration(Date.parse(finished) - Date.parse(accepted)) : undefined],
          ["Billed units", attempt.billable_units ?? undefined],
          [
            "Error",
            attempt.error_code ? (
              <span key="error" className="mono">
                {attempt.error_code}
              </span>
            ) : undefined,
          ],
          ["Message", attempt.error_message ?? undefined],
        ]}
      />
      {attempt.receipts.length > 0 && <Receipts receipts={attempt.receipts} />}
    </>
  );
}

function Outcome({ attempt }: { attempt: AdminAttempt }) {
  const { outcome, error_code: error, finished_at: finished, receipts } = attempt;
  if (!outcome) return <Chip tone="busy">on its way</Chip>;
  if (outcome !== "accepted") return <Chip tone={outcomeTones[outcome]}>{outcomeWords[outcome]}</Chip>;
  if (error) return <Chip tone="bad">failed at fal</Chip>;
  if (receipts.some(({ ok, verdict }) => ok && verdict === "applied")) return <Chip tone="good">generated</Chip>;
  return finished ? <Chip tone="idle">ended</Chip> : <Chip tone="busy">at fal</Chip>;
}

const verdictWords = {
  applied: "applied",
  incomplete: "incomplete, not used",
  late: "late, not used",
  contradictory: "contradicts another, not used",
} as const;

function Receipts({ receipts }: { receipts: AdminAttempt["receipts"] }) {
  return (
    <ul className={styles.receipts}>
      {receipts.map((receipt) => (
        <li key={receipt.id}>
          fal {receipt.ok ? "answered OK" : "answered an error"} by {receipt.source}, {formatBytes(receipt.body_bytes)}:{" "}
          {verdictWords[receipt.verdict]}
          {receipt.seen > 1 && `, came ${receipt.seen} times`} · <Ago at={receipt.received_at} />
        </li>
      ))}
    </ul>
  );
}
