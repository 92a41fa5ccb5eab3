import type { ReactNode } from "react";
import styles from "./tile.module.css";

type Props = { label: string; value: ReactNode; unit?: string; note?: ReactNode; children?: ReactNode; to?: ReactNode };

/** One number that matters, with its unit. */
export function Tile({ label, value, unit, note, children }: Props) {
  return (
    <div className={styles.tile}>
      <div className={styles.label}>{label}</div>
      <div className={styles.value}>
        {value}
        {unit && <span className={styles.unit}>{unit}</span>}
      </div>
      {children}
      {note && <div className={styles.note}>{note}</div>}
    </div>
  );
}

export function Tiles({ children }: { children: ReactNode }) {
  return <div className={styles.tiles}>{children}</div>;
}

/** How full something is. */
export function Meter({ value, max, label }: { value: number; max: number; label: string }) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <>
      <meter className="visually-hidden" aria-label={label} value={Math.min(value, max)} min={0} max={max} />
      <div className={styles.meter}>
        <div className={styles.fill} data-full={share >= 1 || undefined} style={{ width: `${share * 100}%` }} />
      </div>
    </>
  );
}
