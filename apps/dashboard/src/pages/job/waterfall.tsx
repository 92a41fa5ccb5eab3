import type { Span } from "@darkroom/contract/admin/job-detail";
import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { formatDuration, formatExact } from "../../format/times.ts";
import { useNow } from "../../live/clock.ts";
import { Empty } from "../../ui/states.tsx";
import { type Bar, scaleMarks, scaleSpans } from "./scale-spans.ts";
import styles from "./waterfall.module.css";

const laneWords: Record<Span["lane"], string> = {
  waiting: "Waiting",
  submitting: "Submit",
  fal: "fal",
  copying: "Copy",
  delivering: "Delivery",
  admin: "Admin",
};

/** Everything that happened, in order of its start, on one scale of time. */
export function Waterfall({ spans }: { spans: readonly Span[] }) {
  const now = useNow();
  const [openId, setOpenId] = useState<string>();
  if (spans.length === 0) return <Empty title="Nothing has happened yet" />;
  const { bars, totalMs } = scaleSpans(spans, now);
  return (
    <div className={styles.waterfall}>
      <div className={styles.scale} aria-hidden="true">
        {scaleMarks(totalMs).map((at) => (
          <span key={at} style={{ left: `${(at / totalMs) * 100}%` }}>
            {at === 0 ? "0" : formatDuration(at)}
          </span>
        ))}
      </div>
      <ul className={styles.list}>
        {bars.map((bar) => (
          <SpanRow
            key={bar.span.id}
            bar={bar}
            isOpen={openId === bar.span.id}
            onToggle={() => setOpenId(openId === bar.span.id ? undefined : bar.span.id)}
          />
        ))}
      </ul>
    </div>
  );
}

function SpanRow({ bar, isOpen, onToggle }: { bar: Bar; isOpen: boolean; onToggle: () => void }) {
  const { span, leftShare, widthShare, ms, isCut } = bar;
  const isDot = span.ended_at === span.started_at;
  const said = isDot ? "" : formatDuration(ms);
  return (
    <li className={styles.item}>
      <UnstyledButton className={styles.row} onClick={onToggle} aria-expanded={isOpen}>
        <span className={styles.name}>
          <span className={styles.lane} data-lane={span.lane}>
            {laneWords[span.lane]}
          </span>
          <span className={styles.label}>
            {span.label}
            {isDot || <RequestId span={span} />}
          </span>
        </span>
        <span className={styles.track}>
          <span
            className={isDot ? styles.dot : styles.bar}
            data-lane={span.lane}
            data-outcome={span.outcome}
            data-cut={isCut || undefined}
            style={{ left: `${leftShare * 100}%`, width: isDot ? undefined : `${widthShare * 100}%` }}
          />
          <span className={styles.ms} style={{ left: `${(leftShare + widthShare) * 100}%` }}>
            {said}
            <Outcome outcome={span.outcome} />
          </span>
        </span>
      </UnstyledButton>
      {isOpen && <SpanDetail span={span} />}
    </li>
  );
}

/** fal's name for what went on in this bar: its beginning, the whole of it a click away. */
function RequestId({ span: { detail } }: { span: Span }) {
  const { request_id: id } = detail;
  return typeof id === "string" ? <span className={`mono ${styles.request}`}>{id.slice(0, 8)}</span> : null;
}

function Outcome({ outcome }: { outcome: Span["outcome"] }) {
  if (outcome === "ok") return null;
  return (
    <span className={styles.outcome} data-outcome={outcome}>
      {outcome}
    </span>
  );
}

function SpanDetail({ span }: { span: Span }) {
  const entries = Object.entries(span.detail).filter(([, value]) => value !== null && value !== "");
  return (
    <dl className={styles.detail}>
      <dt>started</dt>
      <dd>{formatExact(span.started_at)}</dd>
      {span.ended_at && span.ended_at !== span.started_at && (
        <>
          <dt>ended</dt>
          <dd>{formatExact(span.ended_at)}</dd>
        </>
      )}
      {span.attempt !== null && (
        <>
          <dt>attempt</dt>
          <dd>{span.attempt}</dd>
        </>
      )}
      {entries.map(([name, value]) => (
        <DetailEntry key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function DetailEntry({ name, value }: { name: string; value: string | number | boolean | null }) {
  return (
    <>
      <dt>{name.replaceAll("_", " ")}</dt>
      <dd className={typeof value === "string" && value.length > 20 ? "mono" : undefined}>{String(value)}</dd>
    </>
  );
}
