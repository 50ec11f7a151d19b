// Talks to the server: words and style from the widget's own files, the rest from the API.

const SILENCE_MS = 60_000; // the server sends a sign of life every 15 s

/** Why a request came to nothing: the problem's code, and the seconds to wait where the server said so. */
export class Failure extends Error {
  constructor(code, message = code, wait) {
    super(message);
    this.code = code;
    this.wait = wait;
  }
}

const failure = (problem) => new Failure(problem.code ?? 'internal', problem.detail, problem.retry_after);

/** The [name, data] of each server-sent event of a response; `alive` is called whenever something came. */
export async function* events(response, alive = () => {}) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      const frames = (rest + value).split(/\r?\n\r?\n/);
      rest = frames.pop();
      for (const frame of frames) {
        const data = /^data: ?(.*)/m.exec(frame); // the server writes JSON, which has no line breaks
        if (data) yield [/^event: ?(.*)/m.exec(frame)?.[1].trim(), JSON.parse(data[1])];
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // already broken off: nothing is left to cancel
  }
}

export class Client {
  /** `server` answers; `files` is the folder of this version's files. */
  constructor(server, files) {
    Object.assign(this, { server, files });
  }

  #file(name, options) {
    return fetch(new URL(name, this.files), { credentials: 'omit', ...options }).catch(() => null);
  }

  /** The words of a language. */
  async words(language) {
    const response = await this.#file(`strings/${language}.json`);
    if (response?.ok) return response.json();
    throw new Failure('unreachable', `${this.server.origin} is down, or connect-src does not list it.`);
  }

  /** Guides, starters, emergency lines and limits. */
  async config() {
    return (await this.#call('api/widget/config')).json();
  }

  async #call(path, body, options = {}) {
    const init = { credentials: 'omit', ...options };
    if (body) {
      Object.assign(init, { method: 'POST', body: JSON.stringify(body) });
      init.headers = { 'Content-Type': 'application/json', ...options.headers };
    }
    let response;
    try {
      response = await fetch(new URL(path, this.server), init);
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw await this.#unheard();
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({ code: 'internal', detail: `HTTP ${response.status}` }));
    throw failure(problem);
  }

  // A browser does not say why a request to another origin failed. The widget's own files may be read from
  // everywhere, so if one of them comes and the API did not, it is the page's origin that was refused.
  async #unheard() {
    if (!(await this.#file('strings/en.json', { cache: 'no-store' }))) return new Failure('unreachable');
    const message = `${location.origin} is not in MEDIALIS_ALLOWED_ORIGINS of ${this.server.origin}, which refused this page.`;
    console.error(`medialis: ${message}`);
    return new Failure('origin-refused', message);
  }

  /** Ask; yields the [name, data] of each event. An error event, silence or a lost connection throws a Failure. */
  async *ask(text, history, stop) {
    const quiet = new AbortController();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), SILENCE_MS);
    };
    alive();
    try {
      const signal = AbortSignal.any([stop, quiet.signal]);
      const response = await this.#call('api/chat', { text, history }, { signal, headers: { Accept: 'text/event-stream' } });
      for await (const [name, data] of events(response, alive)) {
        if (name === 'error') throw failure(data);
        yield [name, data];
        if (name === 'done') return;
      }
      throw new Failure('unreachable');
    } catch (error) {
      if (quiet.signal.aborted) throw new Failure('timeout');
      if (error instanceof Failure || stop.aborted) throw error;
      throw new Failure('unreachable', error.message);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Send a vote the reader agreed to have stored. */
  async vote(vote) {
    await this.#call('api/feedback', vote);
  }
}
