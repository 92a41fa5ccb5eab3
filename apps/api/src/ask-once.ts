/** Those who ask the same while the answer is on its way share it: a memory that has run out is not filled fifty times over. */
export function askOnce<Answer>(): (key: string, ask: () => Promise<Answer>) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  return (key, ask) => {
    const known = underWay.get(key);
    if (known) return known;
    const answer = ask().finally(() => underWay.delete(key));
    underWay.set(key, answer);
    return answer;
  };
}
