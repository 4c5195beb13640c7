// What npm start is doing, as plain lines: what became ready and when, and what is still being waited for.
const QUIET_MS = 5_000;

export function createProgress(print, startedAt = Date.now()) {
  const waiting = new Set();
  let lastLineAt = Date.now();
  const line = (text) => {
    lastLineAt = Date.now();
    print(`${((lastLineAt - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  };
  const reminder = setInterval(() => {
    if (waiting.size > 0 && Date.now() - lastLineAt >= QUIET_MS) line(`still waiting for ${[...waiting].join(', ')}`);
  }, 1_000);
  reminder.unref();
  return {
    line,
    /** From now on these are waited for. */
    started(what, names) {
      if (names.length === 0) return;
      for (const name of names) waiting.add(name);
      line(`starting ${what}: ${names.join(', ')}`);
    },
    /** No longer waited for. */
    ready(name, ms) {
      waiting.delete(name);
      line(`  ready ${name} (${(ms / 1000).toFixed(1)} s)`);
    },
    end() {
      clearInterval(reminder);
    },
  };
}
