// The conversation: what a question sets going, and what each event of its answer changes.
import { Article, HIGHLIGHT } from './article.js';
import { Client, Failure } from './client.js';
import { dress } from './dom.js';
import { Keep } from './keep.js';
import { Panel } from './panel.js';
import { Turn } from './turn.js';

const STYLE = "__STYLE__"; // the server writes panel.css in its place
const MOST_PAIRS = 10; // earlier questions sent along

export class Chat {
  /** Fetch words and settings, and build the panel; throws a Failure. */
  static async create(host, server, build, root) {
    const client = new Client(server, new URL(`widget/${build.version}/`, root));
    const [words, config] = await Promise.all([client.words(host.language), client.config()]);
    return new Chat(host, client, words, config);
  }

  constructor(host, client, words, config) {
    Object.assign(this, { host, client, words, config, lang: host.language, turns: [], running: null });
    this.article = new Article(host.dataset.article);
    this.keep = new Keep(host.dataset.history === 'session', client.server);
    dress(document, HIGHLIGHT);
    dress(host.shadowRoot, STYLE);
    this.panel = new Panel(this);
    for (const { question, answer, followUps } of this.keep.read()) {
      const turn = this.#add(question);
      turn.done(answer, followUps ?? []);
    }
  }

  /** A word, {names} filled in. */
  t = (key, values = {}) => this.words[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  show() {
    this.panel.show();
  }

  close() {
    this.article.clear();
    this.panel.close();
  }

  /** What was said before a turn, as [question, answer] pairs. */
  history(before) {
    const end = before ? this.turns.indexOf(before) : this.turns.length;
    const said = this.turns.slice(0, end).filter((turn) => turn.text);
    return said.slice(-MOST_PAIRS).map((turn) => [turn.question, turn.text]);
  }

  #add(question) {
    const turn = new Turn(this, question);
    this.turns.push(turn);
    this.panel.add(turn.node);
    return turn;
  }

  /** Ask, unless an answer is being written; resolves when the answer has ended. */
  async ask(text) {
    const question = text.trim();
    if (this.running || !question) return false;
    const turn = this.#add(question);
    const stop = new AbortController();
    this.running = stop;
    this.panel.busy(this.t('status_start'));
    let followUps = [];
    try {
      for await (const [name, data] of this.client.ask(question, this.history(turn), stop.signal)) {
        if (stop.signal.aborted) break;
        if (name === 'status') this.panel.busy(this.#status(data));
        else if (name === 'sentence') turn.sentence(data);
        else if (name === 'suggestions') followUps = data.follow_ups ?? [];
        else if (name === 'done') turn.done(data, followUps);
      }
    } catch (error) {
      if (!stop.signal.aborted) turn.ended('failed', this.explain(error));
    }
    if (!this.turns.includes(turn)) return true; // a new chat began meanwhile
    if (turn.state === 'running') turn.ended('stopped', this.t('stopped'));
    this.running = null;
    this.panel.idle();
    this.keep.write(this.turns);
    return true;
  }

  #status({ stage, ahead }) {
    if (stage === 'busy') return this.t(ahead === 1 ? 'status_busy_one' : 'status_busy', { ahead });
    return this.t(`status_${stage}` in this.words ? `status_${stage}` : 'status_start');
  }

  /** A failure in words for the reader; its cause goes to the console, the question never does. */
  explain(error) {
    const code = error instanceof Failure ? error.code : 'internal';
    if (!(error instanceof Failure)) console.error(error);
    const key = code === 'rate-limited' && !error.wait ? 'error_busy' : `error_${code}`;
    return this.t(key in this.words ? key : 'error_internal', { most: this.config.max_chars, wait: error.wait });
  }

  stop() {
    this.running?.abort();
  }

  /** Ask the question of a turn again, in its place. */
  retry(turn) {
    if (this.running) return;
    this.turns = this.turns.filter((one) => one !== turn);
    turn.node.remove();
    this.panel.focus();
    this.ask(turn.question);
  }

  /** Begin again. */
  fresh() {
    this.stop();
    this.running = null;
    this.turns = [];
    this.keep.erase();
    this.article.clear();
    this.panel.empty();
  }

  /** Show a cited sentence in the page; false when the page does not hold it. */
  reveal(cited, from) {
    const ranges = this.article.find(cited.quote ?? '', cited.section);
    if (!ranges) return false;
    if (this.panel.modal) this.panel.fold();
    const covered = !this.article.show(ranges, this.panel.floating ? this.panel.node : null);
    if (covered) this.panel.fold();
    this.panel.say(this.t('highlighted'));
    const back = (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      removeEventListener('keydown', back, true);
      this.article.clear();
      this.panel.show(from);
    };
    removeEventListener('keydown', this.back, true);
    this.back = back;
    addEventListener('keydown', back, true);
    this.panel.returnTo = from;
    return true;
  }
}
