// One question and what became of it, on the screen.
import { h, icon } from './dom.js';
import { fragment } from './article.js';
import { away, named, safe, tel, write } from './text.js';
import { Vote } from './vote.js';

const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

export class Turn {
  /** `chat` has t (words), config, client, article and what to do on cite, ask, retry. */
  constructor(chat, question) {
    Object.assign(this, { chat, question, state: 'running', text: '', citations: new Map(), answer: null, followUps: [] });
    const { t } = chat;
    this.body = h('div', { class: 'body', lang: chat.config.language });
    this.reply = h('div', { class: 'reply' }, h('h3', { class: 'sr' }, t('answer')), this.body);
    this.after = h('div', { class: 'after', 'aria-live': 'off' });
    this.node = h(
      'article',
      { class: 'turn' },
      h('div', { class: 'question' }, h('h3', { class: 'sr' }, t('you')), h('p', {}, question)),
      this.reply,
      this.after,
    );
  }

  #look() {
    return { server: this.chat.client.server, cite: (n) => this.#chip(this.citations.get(n)) };
  }

  /** A sentence that has passed every check. */
  sentence({ text, citations }) {
    for (const one of citations ?? []) this.citations.set(one.n, one);
    this.text = squeeze(`${this.text} ${text}`);
    write(this.body, text, this.#look());
  }

  /** The whole answer: what it is, where it stands, and what can be done with it. */
  done(answer, followUps) {
    Object.assign(this, { answer, followUps, state: 'done' });
    for (const one of answer.citations ?? []) this.citations.set(one.n, one);
    const { kind, category, level } = answer;
    // sentences already on the screen stay, so that nothing is read aloud twice
    if (squeeze(answer.response) !== this.text) {
      this.body.replaceChildren();
      write(this.body, answer.response, this.#look());
      this.text = squeeze(answer.response);
    }
    const grave = level === 'emergency_now' || category === 'crisis';
    this.node.classList.add('done', kind, ...(kind === 'escalate' ? [grave ? 'grave' : 'urgent'] : []));
    this.#head(answer);
    if (kind === 'escalate') this.reply.append(this.#calls(answer.response), category === 'crisis' ? '' : h('p', { class: 'seen-to' }, this.chat.t('seen_to')));
    this.#sources();
    this.#tools();
    if (followUps.length) {
      const { t } = this.chat;
      const buttons = followUps.map((one) => h('li', {}, h('button', { onclick: () => this.chat.ask(one) }, one)));
      this.after.append(h('div', { class: 'follow-ups', role: 'group', 'aria-label': t('follow_ups') }, h('h4', {}, t('follow_ups')), h('ul', {}, buttons)));
    }
  }

  #head({ kind, category, level }) {
    const { words, t } = this.chat;
    const key = [`heading_${category}`, `heading_${level}`, `heading_${kind}`].find((one) => one in words);
    if (kind === 'answer' || !key) return;
    const call = kind === 'escalate';
    this.reply.querySelector('h3').remove();
    this.reply.prepend(h('h3', { class: 'heading' }, call && icon('alert'), h('span', { role: call && 'alert' }, t(key))));
  }

  #calls(text) {
    const button = (line) => {
      const name = line.label.includes(line.name) ? line.label : `${line.name}: ${line.label}`;
      return h('li', {}, tel(line.dial, icon('phone'), h('span', {}, this.chat.t('call', { name }))));
    };
    return h('ul', { class: 'calls' }, named(text, this.chat.config.lines).map(button));
  }

  #where(cited) {
    const page = this.chat.article.find(cited.quote ?? '', cited.section);
    return { page, url: page ? null : safe(fragment(cited.url, cited.quote ?? ''), this.chat.client.server) };
  }

  #chip(cited) {
    return cited && this.#way(cited, { class: 'cite' }, true, String(cited.n));
  }

  /** A way to the quoted sentence: into the page, to the guide's own page, or to the quote under the answer. */
  #way(cited, properties, named, ...inner) {
    const { t } = this.chat;
    const { page, url } = this.#where(cited);
    const label = (key) => (named ? { 'aria-label': t(key, { n: cited.n, section: cited.section }) } : {});
    if (url) return h('a', { ...properties, ...label('cite_away'), ...away, href: url }, ...inner);
    const press = (event) => {
      if (!this.chat.reveal(cited, event.currentTarget)) this.after.querySelector(`[data-n="${cited.n}"]`)?.focus();
    };
    return h('button', { ...properties, ...label(page ? 'cite' : 'cite_below'), onclick: press }, ...inner);
  }

  #sources() {
    const cited = this.answer.citations ?? [];
    const { t, config } = this.chat;
    if (!cited.length) return;
    const item = (one) => {
      const quote = h('span', { class: 'quote' }, h('span', { class: 'section' }, one.section), h('q', {}, one.quote));
      return h('li', {}, this.#way(one, { class: 'source', 'data-n': one.n }, false, h('span', { class: 'n' }, String(one.n)), quote));
    };
    const guides = config.guides.filter((guide) => cited.some((one) => one.guide === guide.id));
    const mode = this.chat.words[`mode_${this.answer.mode}`];
    const notes = [mode, ...guides.map((guide) => `${guide.title.split(': ')[0]}. ${this.#review(guide)}`)].filter(Boolean);
    this.after.append(
      h('div', { class: 'sources', role: 'group', lang: config.language, 'aria-label': t('sources') }, h('h4', { lang: this.chat.lang }, t('sources')), h('ol', {}, cited.map(item))),
      ...notes.map((note) => h('p', { class: 'provenance' }, note)),
    );
  }

  #review(guide) {
    const { t } = this.chat;
    const by = guide.reviewed_by;
    const line = by ? t(guide.reviewed_on ? 'reviewed_on' : 'reviewed', { by, on: guide.reviewed_on }) : t('not_reviewed');
    return guide.stale ? `${line}. ${t('stale', { due: guide.review_due })}` : line;
  }

  #tools() {
    if (this.chat.config.feedback && this.answer.kind !== 'chat') this.after.append(new Vote(this.chat, this).node);
  }

  /** Broken off by the reader or by a problem; what was shown stays. */
  ended(state, words) {
    this.state = state;
    const { t } = this.chat;
    this.node.classList.add(state);
    const kept = state === 'failed' && this.text ? ` ${t('kept')}` : '';
    this.reply.append(
      h('div', { class: 'note' }, h('p', {}, words + kept), h('button', { class: 'quiet', onclick: () => this.chat.retry(this) }, t('retry'))),
    );
  }
}

