import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import { IconBan, IconClock, IconEyeOff, IconLoader2, IconPhoto, IconPhotoX, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import styles from "./thumbnail.module.css";

const icons = {
  queued: IconClock,
  processing: IconLoader2,
  succeeded: IconPhoto,
  failed: IconPhotoX,
  canceled: IconBan,
} as const;

/** The first output, small; or a sign why there is none. */
export function Thumbnail({ job }: { job: AdminJobItem }) {
  const [isBroken, setBroken] = useState(false);
  const { thumbnail_url: url } = job;
  if (url && !isBroken)
    return (
      <img
        className={styles.picture}
        src={url}
        alt=""
        loading="lazy"
        decoding="async"
        onError={() => setBroken(true)}
      />
    );
  const isHidden = url === undefined && job.images > 0;
  const Icon = job.deleted ? IconTrash : isHidden ? IconEyeOff : icons[job.status];
  const why = isHidden ? "Pictures need the payload permission" : undefined;
  return (
    <span className={styles.none} data-status={job.status} title={why}>
      <Icon size={18} stroke={1.6} aria-hidden="true" />
    </span>
  );
}
