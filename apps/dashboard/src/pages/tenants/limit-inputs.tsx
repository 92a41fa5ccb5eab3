import { NumberInput } from "@mantine/core";

type InputProps = { value: number | string; onChange: (value: number | string) => void };

export function WeightInput({ value, onChange }: InputProps) {
  return (
    <NumberInput
      label="Weight"
      description="Share of the slots, relative to others in line"
      min={1}
      max={1_000}
      allowDecimal={false}
      value={value}
      onChange={onChange}
    />
  );
}

export function CapInput({ value, onChange }: InputProps) {
  return (
    <NumberInput
      label="Jobs at fal at once"
      description="Empty: as many as the account has slots"
      min={1}
      max={10_000}
      allowDecimal={false}
      value={value}
      onChange={onChange}
    />
  );
}

export function RateInput({ value, onChange }: InputProps) {
  return (
    <NumberInput
      label="Requests per minute"
      description="Over all its keys. Empty: as many as any tenant"
      min={1}
      max={10_000_000}
      allowDecimal={false}
      thousandSeparator=","
      value={value}
      onChange={onChange}
    />
  );
}
