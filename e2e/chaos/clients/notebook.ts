/** What clients were told. Every 2xx is a promise; this is the record that the database is held to. */
export type Notebook = {
  /** One per reply that named a job: a replayed key is told the same again. */
  accepted: { key: string; name: string; tenant: number; jobId: string; at: string }[];
  /** Wishes that were refused for good, as they should be or not. */
  refused: { key: string; status: number; code: string; expected: boolean }[];
  /** Jobs that did not fit into a budget (402): a proper answer, which a good client takes. */
  overBudget: { key: string; name: string; tenant: number; apiKey: number; askedAt: string }[];
  files: { fileId: string; tenant: number; sha256: string }[];
  /** Retries by hand that were granted. */
  reopened: { jobId: string; at: string }[];
  /** Ends that were read. */
  ends: { jobId: string; status: string; outputs: { id: string; sha256: string }[]; at: string }[];
  /** Answers that no correct API gives. */
  surprises: { what: string; detail: string; at: string }[];
  /** Wishes that nobody answered before the run was over. */
  unanswered: string[];
  /** Replies by status; "network" for none. */
  replies: Map<string, number>;
  /** Replies that took long, and tries that got none for long. */
  slow: { ms: number; kind: string; request: string; at: string }[];
};

export function openNotebook(): Notebook {
  return {
    ...{ accepted: [], refused: [], overBudget: [], files: [], reopened: [], ends: [], surprises: [], unanswered: [] },
    replies: new Map(),
    slow: [],
  };
}
