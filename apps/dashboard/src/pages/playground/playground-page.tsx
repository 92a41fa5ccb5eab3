import type { ModelInfo } from "@darkroom/contract/model-info";
import { Select } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useMay } from "../../api/session.ts";
import { shortenModel } from "../../format/ids.ts";
import { useModels } from "../../pickers/model-picker.tsx";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Controls } from "./controls.tsx";
import styles from "./playground-page.module.css";
import { missingOf, readControls, toInput } from "./read-controls.ts";
import { RunPanel } from "./run-panel.tsx";
import { Watch } from "./watch.tsx";

export function PlaygroundPage() {
  const mayTry = useMay("operator");
  const models = useModels();
  return (
    <Page title="Playground" note="A real job of a real tenant: it goes the same way as any other, and is paid for">
      {mayTry ? (
        <Loaded query={models} rows={8}>
          {(loaded) => <Bench models={loaded.filter(({ available }) => available)} />}
        </Loaded>
      ) : (
        <Panel>
          <Empty title="Only for operators and admins">A job costs money: ask one of them.</Empty>
        </Panel>
      )}
    </Page>
  );
}

type Values = Record<string, unknown>;

/** The model one most likely wants to try: a picture changed by a text. */
const favourite = "fal-ai/z-image/turbo/image-to-image";

function Bench({ models }: { models: ModelInfo[] }) {
  const [tenantId, setTenantId] = useLocalStorage<string | undefined>({ key: "playground-tenant" });
  const [modelId, setModelId] = useState(() => (models.find(({ id }) => id === favourite) ?? models[0])?.id);
  const [values, setValues] = useState<Values>({});
  const [jobId, setJobId] = useState<string>();
  const model = models.find(({ id }) => id === modelId);
  const controls = useMemo(() => (model ? readControls(model.input_schema, model.image_fields) : []), [model]);
  if (!model) return <Empty title="No model is available">The operator has set no price for any.</Empty>;
  const missing = [...(tenantId ? [] : ["Tenant"]), ...missingOf(controls, values)];
  const setValue = (name: string, value: unknown) => setValues((before) => ({ ...before, [name]: value }));
  return (
    <div className={styles.bench}>
      <Panel>
        <div className={styles.form}>
          <TenantPicker label="Tenant, who pays" value={tenantId} onChange={setTenantId} required />
          <ModelChoice models={models} value={model} onChange={setModelId} />
          <Controls controls={controls} values={values} tenantId={tenantId} onChange={setValue} />
        </div>
      </Panel>
      <div className={styles.right}>
        <RunPanel
          tenantId={tenantId}
          model={model}
          input={toInput(controls, values)}
          missing={missing}
          onStarted={setJobId}
        />
        <Watch jobId={jobId} expectedMs={model.expected_ms} />
      </div>
    </div>
  );
}

type ChoiceProps = { models: ModelInfo[]; value: ModelInfo; onChange: (id: string) => void };

function ModelChoice({ models, value, onChange }: ChoiceProps) {
  return (
    <Select
      label="Model"
      description={value.summary}
      inputWrapperOrder={["label", "input", "description"]}
      searchable
      allowDeselect={false}
      data={models.map(({ id, title }) => ({ value: id, label: `${title} (${shortenModel(id)})` }))}
      value={value.id}
      onChange={(id) => id && onChange(id)}
    />
  );
}
