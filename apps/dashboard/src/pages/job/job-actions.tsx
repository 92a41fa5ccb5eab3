import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { Button, CopyButton } from "@mantine/core";
import { useMay } from "../../api/session.ts";
import { formatUsd } from "../../format/numbers.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { useJobAction } from "./use-job.ts";

export function JobActions({ detail }: { detail: AdminJobDetail }) {
  const mayAct = useMay("operator");
  return (
    <>
      {detail.curl && (
        <CopyButton value={detail.curl} timeout={1_500}>
          {({ copied, copy }) => (
            <Button variant="default" size="xs" onClick={copy}>
              {copied ? "Copied" : "Copy as curl"}
            </Button>
          )}
        </CopyButton>
      )}
      {mayAct && <Writes detail={detail} />}
    </>
  );
}

function Writes({ detail: { job, can } }: { detail: AdminJobDetail }) {
  const retry = useJobAction("retryJob", job.id);
  const cancel = useJobAction("cancelJob", job.id);
  const remove = useJobAction("deleteJob", job.id);
  return (
    <>
      {can.retry && (
        <Confirm
          title="Retry this job?"
          action="Retry"
          onConfirm={() => retry.mutateAsync()}
          trigger={(open) => (
            <Button size="xs" onClick={open}>
              Retry
            </Button>
          )}
        >
          {job.error?.code === "copy_failed"
            ? "The image is generated and paid for: it is only copied again."
            : `It goes back in line and reserves ${formatUsd(job.reserved_usd)} again, at most.`}
        </Confirm>
      )}
      {can.cancel && (
        <Confirm
          title="Cancel this job?"
          action="Cancel the job"
          danger
          onConfirm={() => cancel.mutateAsync()}
          trigger={(open) => (
            <Button size="xs" variant="default" onClick={open}>
              Cancel
            </Button>
          )}
        >
          {job.status === "queued"
            ? "It is not at fal: nothing is charged."
            : "fal may have it already, and may charge for it."}
        </Confirm>
      )}
      {can.delete && (
        <Confirm
          title="Delete prompt and pictures?"
          action="Delete for good"
          danger
          onConfirm={() => remove.mutateAsync()}
          trigger={(open) => (
            <Button size="xs" variant="default" onClick={open}>
              Delete
            </Button>
          )}
        >
          Prompt, pictures and payloads of this job are deleted and cannot be brought back. What it cost stays known.
        </Confirm>
      )}
    </>
  );
}
