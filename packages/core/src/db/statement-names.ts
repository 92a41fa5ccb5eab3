/** Uses after which a text is prepared: what is asked once in a while is not worth a place. */
const usesBefore = 3;
/** Texts prepared per process. Ours for every job are some forty; each costs a connection about 100 KB in Postgres. */
const namesMax = 150;
/** Texts whose uses are counted; beyond it the counting starts anew. */
const countedMax = 1_000;

/**
 * Names for the statements that come again and again: Postgres keeps a named one parsed and planned per connection (PREPARE), and
 * planning one of ours costs as much as running it. Answers undefined for a text that is to be planned anew each time.
 */
export function createStatementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const uses = new Map<string, number>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= namesMax) return known;
    const count = (uses.get(text) ?? 0) + 1;
    if (count < usesBefore) {
      if (uses.size >= countedMax) uses.clear();
      uses.set(text, count);
      return undefined;
    }
    uses.delete(text);
    const name = `darkroom_${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}
