/**
 * Preloaded (`node --import`) into every Node child of the local stack, so that api and worker need not know of it:
 * when the supervisor is gone, even by SIGKILL, its end of the IPC channel closes and the child stops itself.
 */
const graceMs = 10_000;

if (process.channel) {
  process.once("disconnect", () => {
    // Graceful first: SIGTERM handlers run. Then without mercy, because nobody is left who could do it.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMs).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // A "disconnect" listener would hold the event loop; a child that is done may end.
  process.channel.unref();
}
