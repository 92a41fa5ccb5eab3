import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useSession } from "../../api/session.ts";
import { formatBytes, plural } from "../../format/numbers.ts";
import { Compare } from "../../ui/compare.tsx";
import { Chip } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import styles from "./pictures-panel.module.css";
import { isFinal } from "./use-job.ts";

type Output = AdminJobDetail["outputs"][number];

/** Before and after, where there is a before; and every output. */
export function PicturesPanel({ detail }: { detail: AdminJobDetail }) {
  const { user } = useSession();
  const [chosen, setChosen] = useState(0);
  const { outputs, input_pictures: inputs, job } = detail;
  const output = outputs[chosen] ?? outputs[0];
  const note = outputs.length > 0 ? plural(outputs.length, "output") : undefined;
  return (
    <Panel title="Pictures" note={note}>
      {output ? <Shown detail={detail} output={output} /> : <InputOrNone detail={detail} />}
      {!user.can_see_payloads && outputs.length > 0 && (
        <p className={styles.hidden}>Pictures are only shown to those with the payload permission.</p>
      )}
      {output && <PictureFacts output={output} />}
      {outputs.length > 1 && (
        <div className={styles.strip}>
          {outputs.map((one, index) => (
            <UnstyledButton
              key={one.id}
              className={styles.small}
              data-chosen={one.id === output?.id || undefined}
              onClick={() => setChosen(index)}
              aria-label={`Show output ${one.index + 1}`}
              aria-pressed={one.id === output?.id}
            >
              {one.thumbnail_url ? <img src={one.thumbnail_url} alt="" loading="lazy" /> : one.index + 1}
            </UnstyledButton>
          ))}
        </div>
      )}
      {inputs.some(({ external_url }) => external_url) && !job.deleted && <ExternalInputs detail={detail} />}
    </Panel>
  );
}

function Shown({ detail, output }: { detail: AdminJobDetail; output: Output }) {
  const input = detail.input_pictures.find(({ url }) => url);
  if (!output.url) return null;
  if (input?.url)
    return (
      <Compare
        before={{ url: input.url, label: "Before" }}
        after={{ url: output.url, label: "After" }}
        width={output.width}
        height={output.height}
      />
    );
  return <img className={styles.single} src={output.url} alt={`Output ${output.index + 1}`} />;
}

function InputOrNone({ detail }: { detail: AdminJobDetail }) {
  const input = detail.input_pictures.find(({ url }) => url);
  if (detail.job.deleted) return <Empty title="Pictures were deleted" />;
  if (!input?.url) return <Empty title={isFinal(detail.job.status) ? "No output" : "No output yet"} />;
  return (
    <figure className={styles.figure}>
      <img className={styles.single} src={input.url} alt="Input" />
      <figcaption>Input. There is no output{isFinal(detail.job.status) ? "" : " yet"}.</figcaption>
    </figure>
  );
}

function PictureFacts({ output }: { output: Output }) {
  return (
    <p className={styles.facts}>
      {output.width && output.height && (
        <span>
          {output.width} × {output.height} px
        </span>
      )}
      {output.bytes !== null && <span>{formatBytes(output.bytes)}</span>}
      {output.content_type && <span>{output.content_type}</span>}
      {output.stored_at === null && <Chip tone="warn">not in storage yet</Chip>}
      {output.nsfw && <Chip tone="warn">marked unsafe by fal</Chip>}
      {output.url && (
        <a href={output.url} target="_blank" rel="noreferrer">
          Open
        </a>
      )}
    </p>
  );
}

/** A picture at the customer's own address is not loaded: this page asks no other host for anything. */
function ExternalInputs({ detail }: { detail: AdminJobDetail }) {
  return (
    <ul className={styles.external}>
      {detail.input_pictures.map(
        ({ field, external_url: url }) =>
          url && (
            <li key={field}>
              <span className="mono">{field}</span> stays at{" "}
              <a href={url} target="_blank" rel="noreferrer noopener">
                {hostOf(url)}
              </a>
            </li>
          ),
      )}
    </ul>
  );
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "an address of its own";
}
