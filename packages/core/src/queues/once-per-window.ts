/**
 * Does something at once and, if it was asked for again within the window, once more at its end. Each key has a window of its own;
 * one that nobody asks for any more is forgotten.
 */
export function oncePerWindow(windowMs: number): (key: string, act: () => Promise<void>) => Promise<void> {
  const windows = new Map<string, { askedAgain: boolean }>();
  const run = async (key: string, act: () => Promise<void>): Promise<void> => {
    const open = windows.get(key);
    if (open) {
      open.askedAgain = true;
      return;
    }
    const opened = { askedAgain: false };
    windows.set(key, opened);
    const close = () => {
      windows.delete(key);
      if (opened.askedAgain) void run(key, act);
    };
    setTimeout(close, windowMs).unref();
    await act();
  };
  return run;
}
