import { type CSSProperties, useState } from "react";
import styles from "./compare.module.css";

type Picture = { url: string; label: string };
type Props = { before: Picture; after: Picture; width: number | null; height: number | null };

/** Two pictures, one over the other, with an edge to move: by pointer, or by the arrow keys. */
export function Compare({ before, after, width, height }: Props) {
  const [share, setShare] = useState(50);
  const style = {
    "--share": `${share}%`,
    aspectRatio: width && height ? `${width} / ${height}` : "4 / 3",
  } as CSSProperties;
  return (
    <div className={styles.compare} style={style}>
      <img className={styles.picture} src={after.url} alt={after.label} draggable={false} />
      <img className={`${styles.picture} ${styles.before}`} src={before.url} alt={before.label} draggable={false} />
      <span className={styles.edge} aria-hidden="true">
        <span className={styles.handle}>‹ ›</span>
      </span>
      <span className={styles.label} data-side="left">
        {before.label}
      </span>
      <span className={styles.label} data-side="right">
        {after.label}
      </span>
      <input
        className={styles.range}
        type="range"
        min={0}
        max={100}
        step={1}
        value={share}
        aria-label={`How much of ${before.label.toLowerCase()} is shown`}
        onChange={(event) => setShare(Number(event.currentTarget.value))}
      />
    </div>
  );
}
