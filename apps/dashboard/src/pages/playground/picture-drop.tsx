import { fileSchema } from "@darkroom/contract/files";
import { IconPhotoUp } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { callApi } from "../../api/call-api.ts";
import { formatBytes } from "../../format/numbers.ts";
import { Notice } from "../../ui/notice.tsx";
import styles from "./playground-page.module.css";
import type { Control } from "./read-controls.ts";

type Props = { control: Control; value: unknown; tenantId: string | undefined; onChange: (value: unknown) => void };

/** Takes a picture by drop or choice, stores it for the tenant, and answers the file's id. */
export function PictureDrop({ control, value, tenantId, onChange }: Props) {
  const [file, setFile] = useState<File>();
  const [isOver, setOver] = useState(false);
  const upload = useMutation({
    mutationFn: ({ picture, tenant_id }: { picture: File; tenant_id: string }) =>
      callApi("uploadPlaygroundFile", fileSchema, { query: { tenant_id }, body: picture }),
    onSuccess: ({ id }) => onChange(id),
  });
  const { mutate } = upload;
  // Also anew where another tenant is chosen: a file belongs to one.
  useEffect(() => {
    if (file && tenantId) mutate({ picture: file, tenant_id: tenantId });
  }, [file, tenantId, mutate]);
  const take = (taken: File | null | undefined) => {
    if (!taken) return;
    onChange(undefined);
    setFile(taken);
  };
  return (
    <div>
      <span className={styles.label}>
        {control.label}
        {control.isRequired && (
          <span className={styles.required} aria-hidden="true">
            {" *"}
          </span>
        )}
      </span>
      <p className={styles.help}>{control.help}</p>
      <label
        className={styles.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files[0]);
        }}
      >
        {file ? <Preview file={file} /> : <IconPhotoUp size={30} stroke={1.4} aria-hidden="true" />}
        <span>{describe(file, tenantId, upload.isPending, value)}</span>
        <input
          type="file"
          accept="image/*"
          aria-label={control.label}
          onChange={(event) => take(event.currentTarget.files?.[0])}
        />
      </label>
      {upload.error && <Notice error={upload.error} />}
    </div>
  );
}

function describe(file: File | undefined, tenantId: string | undefined, isPending: boolean, value: unknown): string {
  if (!file) return "Drop a picture here, or choose one. JPEG, PNG, WebP, GIF or AVIF.";
  const size = `${file.name}, ${formatBytes(file.size)}`;
  if (!tenantId) return `${size}. Choose a tenant, for whom it is stored.`;
  if (isPending) return `${size}. Storing …`;
  return value ? `${size}. Stored.` : size;
}

const sidePx = 176;

/** Drawn here instead of loaded: the page's rules allow pictures from its own server alone. */
function Preview({ file }: { file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isGone = false;
    void createImageBitmap(file)
      .then((bitmap) => !isGone && draw(canvas.current, bitmap))
      .catch(() => {});
    return () => {
      isGone = true;
    };
  }, [file]);
  return <canvas ref={canvas} width={sidePx} height={sidePx} />;
}

function draw(canvas: HTMLCanvasElement | null, bitmap: ImageBitmap): void {
  const context = canvas?.getContext("2d");
  if (!context) return;
  const scale = Math.max(sidePx / bitmap.width, sidePx / bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  context.clearRect(0, 0, sidePx, sidePx);
  context.drawImage(bitmap, (sidePx - width) / 2, (sidePx - height) / 2, width, height);
}
