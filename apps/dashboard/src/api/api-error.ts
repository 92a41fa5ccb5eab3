import { fieldErrorSchema } from "@darkroom/contract/problems";
import { z } from "zod";

/** problemSchema with every code allowed: a newer API's refusal should still be readable. */
const anyProblem = z.object({
  title: z.string(),
  detail: z.string(),
  code: z.string(),
  remedy: z.string(),
  request_id: z.string(),
  errors: z.array(fieldErrorSchema).optional(),
});
type AnyProblem = z.infer<typeof anyProblem>;

/** Why a call brought nothing. `kind` network: no answer; problem: the API said no; mismatch: it answered something unknown. */
export class ApiError extends Error {
  readonly kind: "network" | "problem" | "mismatch";
  /** 0 where there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly problem: AnyProblem | undefined;

  private constructor(
    kind: ApiError["kind"],
    status: number,
    title: string,
    message: string,
    problem: AnyProblem | undefined,
  ) {
    super(message);
    this.name = "ApiError";
    this.kind = kind;
    this.status = status;
    this.title = title;
    this.problem = problem;
  }

  static ofReply(response: Response, reply: unknown): ApiError {
    const { data } = anyProblem.safeParse(reply);
    const title = data?.title ?? `The server answered ${response.status}`;
    return new ApiError("problem", response.status, title, data?.detail ?? response.statusText, data);
  }

  static ofNetwork(cause: unknown): ApiError {
    const isTimeout = cause instanceof DOMException && cause.name === "TimeoutError";
    const message = isTimeout ? "It took longer than this page waits." : "The server could not be reached.";
    return new ApiError("network", 0, isTimeout ? "No answer in time" : "No connection", message, undefined);
  }

  static ofMismatch(route: string, difference: string): ApiError {
    const message = `The answer of ${route} is not what this version of the dashboard understands:\n${difference}`;
    return new ApiError("mismatch", 200, "Answer not understood", message, undefined);
  }

  /** Nothing comes of asking again. */
  get isLasting(): boolean {
    return this.kind === "mismatch" || (this.status >= 400 && this.status < 500 && this.status !== 429);
  }
}

/** What a person should read of whatever was thrown. */
export function describeError(error: unknown): { title: string; message: string; remedy?: string; requestId?: string } {
  if (!(error instanceof ApiError)) return { title: "Something went wrong", message: String(error) };
  const { title, message, problem } = error;
  return { title, message, remedy: problem?.remedy, requestId: problem?.request_id };
}
