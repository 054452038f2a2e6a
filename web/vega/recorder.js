// Collects what Vega complains about, because it logs errors and then draws an empty picture.

const host = () => globalThis.leadhouseHost ?? {};

const words = (parts) =>
  parts.map((part) => (part instanceof Error ? part.message : typeof part === 'string' ? part : JSON.stringify(part))).join(' ');

export function recorder() {
  const errors = [];
  const logger = {
    level: () => logger,
    error(...parts) {
      errors.push(words(parts));
      return logger;
    },
    warn: (...parts) => tell('warn', parts),
    info: (...parts) => tell('info', parts),
    debug: () => logger,
  };
  const tell = (level, parts) => {
    host().log?.(level, words(parts));
    return logger;
  };
  const refuse = async (address) => {
    const message = `a drawing holds all of its data and reads nothing from elsewhere: ${String(address)}`;
    errors.push(message);
    throw new Error(message);
  };
  return {
    logger,
    loader: { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse },
    check() {
      if (errors.length > 0) throw new Error(errors.join('; '));
    },
  };
}
