/**
 * Preloaded (`node --import`) into every Node child of the local stack, so that api and worker need not know of it:
 * when the supervisor is gone, even by SIGKILL, its end of the IPC channel closes and the child ends, too.
 *
 * At once and without ceremony. What they use is ending as well, everything they do survives their loss by design, and a
 * graceful stop may never end: pino waits for ever to flush to a stdout that nobody reads (sonic-boom, flushSync).
 */
if (process.channel) {
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  // A "disconnect" listener would hold the event loop; a child that is done may end.
  process.channel.unref();
}
