import { Fragment } from "react";
import { splitTimes } from "../format/split-times.ts";
import { formatClock, formatExact } from "../format/times.ts";

/** A sentence of the API's with its times as people write them. */
export function Sentence({ text }: { text: string }) {
  return splitTimes(text).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence, in their order.
    <Fragment key={index}>
      {part.isTime ? (
        <time dateTime={part.text} title={formatExact(part.text)}>
          {formatClock(part.text, new Date())}
        </time>
      ) : (
        part.text
      )}
    </Fragment>
  ));
}
