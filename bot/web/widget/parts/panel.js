// The panel: inline in the page, floating over it, or a sheet that fills a phone.
import { h, icon } from './dom.js';

const SMALL = matchMedia('(max-width: 640px), (max-height: 500px)');

export class Panel {
  constructor(chat) {
    Object.assign(this, { chat, host: chat.host, floating: !chat.host.inline });
    const { t, config } = chat;
    const act = (name, label, press, kind = 'round') => h('button', { class: kind, 'aria-label': label, title: label, onclick: press }, icon(name));
    this.title = h('h2', { id: 'title', tabindex: '-1' }, chat.host.dataset.label || t('title'));
    this.fresh = act('fresh', t('fresh'), () => (chat.fresh(), this.focus()));
    this.log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t('conversation'), tabindex: '0' });
    this.status = h('p', { class: 'status', role: 'status' });
    this.box = h('textarea', {
      id: 'box', rows: 1, maxlength: config.max_chars, placeholder: t('placeholder'), enterkeyhint: 'send', oninput: () => this.#grow(), onkeydown: (event) => this.#key(event),
    });
    this.send = h('button', { type: 'submit', class: 'primary round', 'aria-label': t('send'), title: t('send') }, icon('send'));
    this.stop = act('stop', t('stop'), () => (chat.stop(), this.focus()), 'primary round');
    this.stop.hidden = true;
    this.erase = h('button', { class: 'link', onclick: () => this.#erase() }, t('erase'));
    this.announcer = h('p', { class: 'sr', role: 'status' });
    this.form = h('form', { onsubmit: (event) => (event.preventDefault(), this.#submit()) }, h('label', { class: 'sr', for: 'box' }, t('label')), this.box, this.send, this.stop);
    this.node = h(
      this.floating ? 'dialog' : 'section',
      { class: 'panel', part: 'panel', 'aria-labelledby': 'title' },
      h('div', { class: 'head' }, this.title, this.fresh, this.floating && act('close', t('close'), () => chat.close())),
      this.log,
      this.status,
      this.form,
      h('div', { class: 'foot' }, h('p', {}, t('disclaimer')), this.erase),
    );
    this.host.frame.append(this.node, this.announcer);
    this.node.addEventListener('keydown', (event) => this.#escape(event));
    this.node.addEventListener('cancel', (event) => (event.preventDefault(), chat.close()));
    SMALL.addEventListener('change', () => this.open && this.floating && (this.node.close(), this.show(this.host.shadowRoot.activeElement)));
    this.empty();
  }

  get open() {
    return this.floating ? this.node.open : this.node.isConnected && !this.node.hidden;
  }

  get modal() {
    return this.floating && SMALL.matches;
  }

  /** Show the panel and put the focus where the reader goes on: `target`, the box, or on a phone the title. */
  show(target = this.returnTo) {
    this.returnTo = undefined;
    const { launcher, frame, label, words, dataset } = this.host;
    if (this.floating && !this.node.open) this.modal ? this.node.showModal() : this.node.show();
    if (!this.floating) frame.querySelector('slot')?.remove();
    launcher.hidden = true;
    launcher.setAttribute('aria-expanded', 'true');
    label.textContent = dataset.label || words.launcher;
    visualViewport?.addEventListener('resize', this.#fit);
    visualViewport?.addEventListener('scroll', this.#fit);
    this.#fit();
    if (target) target.focus();
    else this.focus();
  }

  /** Put the focus where the next question is written; a phone's keyboard would hide what there is to read. */
  focus() {
    (matchMedia('(pointer: coarse)').matches ? this.title : this.box).focus({ preventScroll: this.floating });
  }

  // The sheet stays above a phone's keyboard, which shrinks only the visual viewport.
  #fit = () => {
    if (!this.modal) return;
    this.node.style.setProperty('--top', `${visualViewport.offsetTop}px`);
    this.node.style.setProperty('--height', `${visualViewport.height}px`);
  };

  #hide() {
    if (!this.floating) return;
    this.node.close();
    visualViewport?.removeEventListener('resize', this.#fit);
    visualViewport?.removeEventListener('scroll', this.#fit);
    this.host.launcher.hidden = false;
    this.host.launcher.setAttribute('aria-expanded', 'false');
  }

  close() {
    this.#hide();
    if (this.floating) this.host.launcher.focus();
  }

  /** Make room for the page; the launcher leads back to the answer. */
  fold() {
    this.#hide();
    this.host.label.textContent = this.chat.t('back');
  }

  #escape(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    if (this.floating) this.chat.close();
  }

  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    if (this.chat.running || !this.box.value.trim()) return this.box.focus();
    const text = this.box.value;
    this.box.value = '';
    this.#grow();
    this.chat.ask(text);
  }

  #grow() {
    this.box.style.height = 'auto';
    this.box.style.height = `${Math.min(this.box.scrollHeight, 140)}px`;
  }

  #erase() {
    this.chat.fresh();
    this.say(this.chat.t('erased'));
    this.floating ? this.close() : this.focus();
  }

  /** Words for a screen reader only. */
  say(words) {
    this.announcer.textContent = words;
  }

  /** A new turn, its question at the top of what is seen. */
  add(turn) {
    this.welcome?.remove();
    this.fresh.hidden = this.erase.hidden = false;
    this.log.append(turn);
    this.log.scrollTop = turn.offsetTop - this.log.offsetTop;
  }

  busy(words) {
    if (this.status.lastChild?.textContent !== words) this.status.replaceChildren(h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), words);
    this.send.hidden = !(this.stop.hidden = false);
  }

  idle() {
    this.status.replaceChildren();
    if (this.host.shadowRoot.activeElement === this.stop) this.box.focus();
    this.stop.hidden = !(this.send.hidden = false);
  }

  /** Questions to begin with. */
  empty() {
    const { t, config } = this.chat;
    const starters = config.starters.map((one) => h('li', {}, h('button', { lang: config.language, onclick: () => (this.chat.ask(one), this.focus()) }, one)));
    this.welcome = h('div', { class: 'welcome', 'aria-live': 'off' }, h('p', { class: 'intro' }, t('intro')), starters.length > 0 && h('h3', {}, t('starters')), h('ul', { class: 'starters' }, starters), h('p', { class: 'private' }, t(this.chat.keep.wanted ? 'private_tab' : 'private')));
    this.log.replaceChildren(this.welcome);
    this.fresh.hidden = this.erase.hidden = true;
    this.idle();
  }
}
