import type { Readable } from "node:stream";
import busboy from "busboy";
import type { Request } from "express";
import type { Upload } from "../intake/store-upload.ts";
import { type ProblemReply, problem } from "../reply.ts";

export type OpenedForm = { outcome: "opened"; upload: Upload } | { outcome: "refused"; reply: ProblemReply };

/** A form is for one picture; a few fields beside it do no harm. */
const partsMax = 20;

/** Finds the first file in a multipart/form-data body (RFC 7578) and hands it on as it comes. Everything else is passed over. */
export function openForm(request: Request, bytesMax: number): Promise<OpenedForm> {
  const form = startForm(request, bytesMax);
  if (!form) return Promise.resolve(refuse("The form's content-type names no boundary."));
  return new Promise((resolve) => {
    form.once("file", (_field, file) => resolve({ outcome: "opened", upload: uploadOf(request, file) }));
    form.once("close", () => resolve(refuse("The form has no file.")));
    form.once("error", () => resolve(refuse("The form is not rightly built, or did not come whole.")));
    // A sender that goes away in the middle: the file must end with an error, not with what has come of it.
    request.once("close", () => request.complete || form.destroy(new Error("the sender went away")));
    request.pipe(form);
  });
}

function startForm(request: Request, bytesMax: number): busboy.Busboy | null {
  try {
    // One byte more than allowed, so that a picture that is too large is told from one that just fits.
    return busboy({ headers: request.headers, limits: { files: 1, parts: partsMax, fileSize: bytesMax + 1 } });
  } catch {
    return null;
  }
}

function uploadOf(request: Request, file: Readable): Upload {
  const drain = () => {
    file.resume();
    request.unpipe();
    request.resume();
  };
  return { body: file.iterator({ destroyOnReturn: false }), bytes: undefined, drain };
}

function refuse(detail: string): OpenedForm {
  return { outcome: "refused", reply: problem("malformed_request", detail) };
}
