import { Link } from "@tanstack/react-router";
import { shortenId } from "../format/ids.ts";
import { Copy } from "./copy.tsx";
import styles from "./id.module.css";

type Props = { id: string; what?: string; whole?: boolean; noCopy?: boolean };

/** An id, shortened, with a button to copy the whole of it. */
export function Id({ id, what = "id", whole = false, noCopy = false }: Props) {
  return (
    <span className={styles.id}>
      <span className="mono" title={id}>
        {whole ? id : shortenId(id)}
      </span>
      {!noCopy && <Copy value={id} what={what} />}
    </span>
  );
}

/** A job's id that leads to the job. */
export function JobId({ id, whole = false }: { id: string; whole?: boolean }) {
  return (
    <span className={styles.id}>
      <Link to="/jobs/$id" params={{ id }} className={`mono ${styles.link}`} title={id}>
        {whole ? id : shortenId(id)}
      </Link>
      <Copy value={id} what="job id" />
    </span>
  );
}
