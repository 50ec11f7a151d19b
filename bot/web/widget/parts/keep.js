// The conversation in this tab's sessionStorage, only where the operator asked for it.

const MOST = 40;

export class Keep {
  /** `wanted` is whether to store at all; `server` tells two widgets of one page apart. */
  constructor(wanted, server) {
    Object.assign(this, { wanted, name: `medialis ${server}` });
  }

  // Storage can be switched off, full or written by others; the chat works without.
  #try(what) {
    try {
      return this.wanted && what(sessionStorage);
    } catch (error) {
      console.warn(`medialis: ${error}`);
    }
  }

  /** The turns kept, [] when there are none or they cannot be read. */
  read() {
    const kept = this.#try((store) => JSON.parse(store.getItem(this.name) ?? '[]'));
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.question === 'string' && typeof one.answer?.response === 'string') : [];
  }

  /** Keep the turns that have an answer. */
  write(turns) {
    const kept = turns.filter((one) => one.answer).slice(-MOST);
    this.#try((store) => store.setItem(this.name, JSON.stringify(kept.map(({ question, answer, followUps }) => ({ question, answer, followUps })))));
  }

  /** Forget. */
  erase() {
    this.#try((store) => store.removeItem(this.name));
  }
}
