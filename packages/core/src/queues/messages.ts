/**
 * What may be rung, and for which row. A message carries ids and nothing else: whoever hears it reads the rows, so a
 * duplicate, late or lost message is harmless.
 */
export const messageKinds = ["dispatch", "submit-job", "check-job", "copy-output", "send-deliveries"] as const;
export type MessageKind = (typeof messageKinds)[number];

export type Message = {
  kind: MessageKind;
  /** An attempt id for submit-job, a job id for check-job and copy-output, an endpoint id for send-deliveries, "all" for dispatch. */
  id: string;
  /** When to deliver it. */
  dueAt: Date;
};

/**
 * Names a message. Row *and* due time: BullMQ ignores an id it already has, and a row that comes due again must ring again.
 * BullMQ takes no colon in an id, nor digits alone.
 */
export function messageId(message: Message): string {
  return `${message.kind}-${message.id}-${message.dueAt.getTime()}`;
}
