import { Link } from "@tanstack/react-router";
import styles from "./brand.module.css";

export function Brand() {
  return (
    <Link to="/" className={styles.brand}>
      <BrandMark />
      Darkroom
    </Link>
  );
}

/** A lens in safelight. */
export function BrandMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="13" fill="none" stroke="currentColor" strokeWidth="3" />
      <circle cx="16" cy="16" r="5.5" fill="#ff5a36" />
    </svg>
  );
}
