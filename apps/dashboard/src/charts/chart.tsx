import type { ReactElement, ReactNode } from "react";
import { ResponsiveContainer } from "recharts";
import styles from "./chart.module.css";

type Key = { label: string; color: string };

/** A chart with its key, and a sentence for those who cannot see it. */
export function Chart({
  label,
  keys,
  height = 190,
  children,
}: {
  label: string;
  keys?: readonly Key[];
  height?: number;
  children: ReactElement;
}) {
  return (
    <figure className={styles.chart} aria-label={label}>
      {keys && (
        <ul className={styles.keys}>
          {keys.map((key) => (
            <li key={key.label}>
              <span className={styles.swatch} style={{ background: key.color }} aria-hidden="true" />
              {key.label}
            </li>
          ))}
        </ul>
      )}
      <ResponsiveContainer width="100%" height={height} minWidth={0}>
        {children}
      </ResponsiveContainer>
    </figure>
  );
}

type Entry = { name?: string | number; value?: unknown; color?: string; dataKey?: unknown };
export type TooltipProps = { active?: boolean; payload?: readonly Entry[]; label?: string | number };

/** What stands at the pointer. */
export function ChartTooltip({
  active,
  payload,
  label,
  title,
  format,
}: TooltipProps & { title: (label: string) => ReactNode; format: (value: number, name: string) => string }) {
  if (!active || !payload?.length) return null;
  return (
    <div className={styles.tooltip}>
      <div className={styles.when}>{title(String(label))}</div>
      {payload.map(({ name, value, color }) => (
        <div key={String(name)} className={styles.line}>
          <span className={styles.swatch} style={{ background: color }} />
          <span>{name}</span>
          <strong>{typeof value === "number" ? format(value, String(name)) : "not measured"}</strong>
        </div>
      ))}
    </div>
  );
}
