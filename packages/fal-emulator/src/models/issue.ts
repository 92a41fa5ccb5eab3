/** One entry of fal's `detail` list (https://fal.ai/docs/documentation/model-apis/errors). */
export interface Issue {
  loc: (string | number)[];
  msg: string;
  type: string;
  url: string;
  ctx?: Record<string, unknown>;
  input?: unknown;
}

export function issue(loc: Issue["loc"], type: string, msg: string, input: unknown, ctx?: Issue["ctx"]): Issue {
  return { loc, msg, type, url: `https://docs.fal.ai/errors/#${type}`, ...(ctx && { ctx }), input };
}
