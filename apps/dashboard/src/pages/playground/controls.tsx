import { Accordion, Button, JsonInput, NumberInput, Select, Slider, Switch, Textarea, TextInput } from "@mantine/core";
import { useId } from "react";
import { PictureDrop } from "./picture-drop.tsx";
import styles from "./playground-page.module.css";
import type { Control } from "./read-controls.ts";

type Values = Readonly<Record<string, unknown>>;
type Props = {
  controls: readonly Control[];
  values: Values;
  tenantId: string | undefined;
  onChange: (name: string, value: unknown) => void;
};

/** What one nearly always sets stands in front; the rest is a click away. */
export function Controls({ controls, values, tenantId, onChange }: Props) {
  const isFront = ({ kind, isRequired, name }: Control) => kind === "picture" || isRequired || name === "strength";
  const pictures = controls.filter(({ kind }) => kind === "picture");
  const front = controls.filter((control) => isFront(control) && control.kind !== "picture");
  const rest = controls.filter((control) => !isFront(control));
  const field = (control: Control) => (
    <Field
      key={control.name}
      control={control}
      value={values[control.name]}
      tenantId={tenantId}
      onChange={(value) => onChange(control.name, value)}
    />
  );
  return (
    <>
      {pictures.map(field)}
      {front.map(field)}
      {rest.length > 0 && (
        <Accordion
          chevronPosition="left"
          defaultValue="more"
          classNames={{ item: styles.fold, control: styles.foldControl, content: styles.foldContent }}
        >
          <Accordion.Item value="more">
            <Accordion.Control>Parameters</Accordion.Control>
            <Accordion.Panel>
              <div className={styles.form}>{rest.map(field)}</div>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </>
  );
}

type FieldProps = {
  control: Control;
  value: unknown;
  tenantId?: string;
  onChange: (value: unknown) => void;
};

function Field({ control, value, tenantId, onChange }: FieldProps) {
  switch (control.kind) {
    case "picture":
      return <PictureDrop control={control} value={value} tenantId={tenantId} onChange={onChange} />;
    case "text":
      return <TextField control={control} value={value} onChange={onChange} />;
    case "choice":
      return <ChoiceField control={control} value={value} onChange={onChange} />;
    case "flag":
      return <FlagField control={control} value={value} onChange={onChange} />;
    case "number":
      return <NumberField control={control} value={value} onChange={onChange} />;
    case "size":
      return <SizeField control={control} value={value} onChange={onChange} />;
    case "list":
      return <ListField control={control} value={value} onChange={onChange} />;
    case "json":
      return <JsonField control={control} value={value} onChange={onChange} />;
  }
}

type KindProps<Kind extends Control["kind"]> = FieldProps & { control: Extract<Control, { kind: Kind }> };

function TextField({ control, value, onChange }: KindProps<"text">) {
  const shared = {
    label: control.label,
    description: control.help,
    maxLength: control.charsMax,
    withAsterisk: control.isRequired,
    value: typeof value === "string" ? value : "",
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value || undefined),
  };
  return control.isLong ? <Textarea {...shared} autosize minRows={2} maxRows={10} /> : <TextInput {...shared} />;
}

function ChoiceField({ control, value, onChange }: KindProps<"choice">) {
  return (
    <Select
      label={control.label}
      description={control.help}
      data={control.options}
      allowDeselect={false}
      value={String(value ?? control.default ?? "")}
      onChange={onChange}
    />
  );
}

function FlagField({ control, value, onChange }: KindProps<"flag">) {
  return (
    <Switch
      label={control.label}
      description={control.help}
      checked={Boolean(value ?? control.default)}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

function NumberField({ control, value, onChange }: KindProps<"number">) {
  const { min, max, isWhole, hasSlider } = control;
  const id = useId();
  const shown = (value ?? control.default ?? "") as number | string;
  const step = isWhole ? 1 : 0.05;
  const set = (next: number | string) => onChange(typeof next === "number" ? next : undefined);
  const range = min === undefined || max === undefined || !hasSlider ? "" : ` ${min} to ${max}.`;
  const input = (
    <NumberInput
      aria-label={control.label}
      id={id}
      min={min}
      max={max}
      step={step}
      allowDecimal={!isWhole}
      placeholder={control.default === undefined ? "random" : String(control.default)}
      value={shown}
      onChange={set}
    />
  );
  return (
    <div className={hasSlider ? styles.number : undefined}>
      <div>
        <label className={styles.label} htmlFor={id}>
          {control.label}
        </label>
        <p className={styles.help}>
          {control.help}
          {range}
        </p>
      </div>
      {hasSlider && (
        <Slider
          min={min}
          max={max}
          step={step}
          label={null}
          thumbLabel={control.label}
          value={typeof shown === "number" ? shown : (min ?? 0)}
          onChange={set}
        />
      )}
      {input}
    </div>
  );
}

const ownSize = "own size";

function SizeField({ control, value, onChange }: KindProps<"size">) {
  const own = typeof value === "object" && value !== null ? (value as { width: number; height: number }) : undefined;
  const choose = (name: string | null) => onChange(name === ownSize ? { width: 1024, height: 1024 } : name);
  return (
    <div>
      <Select
        label={control.label}
        description={control.help}
        data={[...control.options, ownSize]}
        allowDeselect={false}
        value={own ? ownSize : String(value ?? control.default ?? "")}
        onChange={choose}
      />
      {own && (
        <div className={styles.number}>
          <span className={styles.help}>Width and height in pixels</span>
          {(["width", "height"] as const).map((side) => (
            <NumberInput
              key={side}
              aria-label={side}
              min={1}
              max={control.sideMax}
              allowDecimal={false}
              value={own[side]}
              onChange={(next) => onChange({ ...own, [side]: Number(next) || 1 })}
            />
          ))}
        </div>
      )}
    </div>
  );
}

function ListField({ control, value, onChange }: KindProps<"list">) {
  const items = Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
  const replace = (index: number, item: Record<string, unknown>) =>
    onChange(items.map((before, at) => (at === index ? item : before)));
  return (
    <div className={styles.list}>
      <div>
        <span className={styles.label}>{control.label}</span>
        <p className={styles.help}>{control.help}</p>
      </div>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have nothing else to be known by.
        <div key={index} className={styles.item}>
          {control.item.map((part) => (
            <Field
              key={part.name}
              control={part}
              value={item[part.name]}
              onChange={(next) => replace(index, { ...item, [part.name]: next })}
            />
          ))}
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      {items.length < control.max && (
        <Button size="xs" variant="default" onClick={() => onChange([...items, {}])}>
          Add to {control.label.toLowerCase()}
        </Button>
      )}
    </div>
  );
}

function JsonField({ control, value, onChange }: KindProps<"json">) {
  const parse = (text: string) => {
    try {
      onChange(text ? JSON.parse(text) : undefined);
    } catch {
      onChange(text);
    }
  };
  const shown = value ?? control.default;
  return (
    <JsonInput
      label={control.label}
      description={control.help}
      autosize
      minRows={2}
      defaultValue={shown === undefined ? "" : JSON.stringify(shown)}
      onChange={parse}
      validationError="This is not JSON"
    />
  );
}
