/** "job_…4f9k2x": enough to tell two apart; the whole id is a hover and a click away. */
export function shortenId(id: string): string {
  const cut = id.indexOf("_") + 1;
  const rest = id.slice(cut);
  return rest.length <= 10 ? id : `${id.slice(0, cut)}…${rest.slice(-6)}`;
}

/** "z-image/turbo/image-to-image": fal's own prefix says nothing here. */
export function shortenModel(model: string): string {
  return model.replace(/^fal-ai\//, "");
}

/** Whether a search is for one job rather than for words. */
export function isJobId(text: string): boolean {
  return /^job_[a-z0-9]{8,}$/i.test(text.trim());
}
