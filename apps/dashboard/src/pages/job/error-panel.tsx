import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { jobErrorCatalogue } from "@darkroom/contract/job-errors";
import { Facts } from "../../ui/facts.tsx";
import { blameWords } from "../../ui/job-words.tsx";
import { Panel } from "../../ui/panel.tsx";
import styles from "./job-facts.module.css";

type Props = { error: NonNullable<AdminJobDetail["job"]["error"]>; message: string | undefined };

/** Why a job failed, whose fault it is, and what to do. */
export function ErrorPanel({ error, message }: Props) {
  const { meaning, remedy } = jobErrorCatalogue[error.code];
  return (
    <Panel title={<span className="mono">{error.code}</span>}>
      <Facts
        facts={[
          ["Meaning", meaning],
          ["To blame", blameWords[error.blame] ?? error.blame],
          ["A retry", error.retryable ? "can help" : "does not help"],
          ["What to do", remedy],
        ]}
      />
      {message === undefined && (
        <p className={styles.quiet}>What was said exactly is only shown with the payload permission.</p>
      )}
    </Panel>
  );
}
