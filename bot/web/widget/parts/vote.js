// Thumbs, and the form that says what is stored before anything is.
import { h, icon } from './dom.js';

export class Vote {
  constructor(chat, turn) {
    Object.assign(this, { chat, turn });
    const thumb = (vote) => {
      const name = chat.t(`vote_${vote}`);
      return h('button', { class: 'thumb', 'aria-label': name, 'aria-pressed': 'false', title: name, onclick: () => this.#choose(vote) }, icon('thumb'));
    };
    this.thumbs = { up: thumb('up'), down: thumb('down') };
    this.said = h('span', { class: 'said', role: 'status' });
    this.form = h('div');
    this.node = h('div', { class: 'vote' }, h('div', { class: 'thumbs' }, this.thumbs.up, this.thumbs.down, this.said), this.form);
  }

  #choose(vote) {
    const pressed = (one) => this.thumbs[one].ariaPressed === 'true';
    const chosen = pressed(vote) ? null : vote; // a second press takes it back
    for (const one of ['up', 'down']) this.thumbs[one].ariaPressed = String(one === chosen);
    this.form.replaceChildren(...(chosen ? [this.#ask(vote)] : []));
    this.said.textContent = '';
    this.form.querySelector('input')?.focus({ preventScroll: true });
    this.form.scrollIntoView({ block: 'nearest' });
  }

  #ask(vote) {
    const { t, words } = this.chat;
    const reasons = Object.entries(words[`reasons_${vote}`]).map(([key, said]) =>
      h('label', { class: 'reason' }, h('input', { type: 'radio', name: 'reason', value: key }), h('span', {}, said)),
    );
    const cancel = () => {
      this.#choose(vote);
      this.thumbs[vote].focus();
    };
    return h(
      'form',
      { onsubmit: (event) => (event.preventDefault(), this.#send(vote, event.target)) },
      h('fieldset', {}, h('legend', {}, t(`vote_title_${vote}`)), reasons),
      h('label', { class: 'comment' }, t('comment'), h('textarea', { name: 'comment', rows: 2, maxlength: 2000 })),
      h('label', { class: 'consent' }, h('input', { type: 'checkbox', name: 'consent', required: true }), h('span', {}, t('consent'))),
      h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'primary' }, t('vote_send')), h('button', { class: 'quiet', onclick: cancel }, t('cancel'))),
    );
  }

  async #send(vote, form) {
    const { chat, turn } = this;
    const data = new FormData(form);
    if (!data.get('consent')) return;
    const sent = {
      vote,
      question: turn.question,
      answer: turn.answer,
      history: chat.history(turn),
      reason: data.get('reason'),
      comment: data.get('comment') || null,
      consent: true,
    };
    try {
      await chat.client.vote(sent);
    } catch (error) {
      this.said.textContent = `${chat.t('vote_failed')} ${chat.explain(error)}`;
      return;
    }
    this.form.replaceChildren();
    this.said.textContent = chat.t('thanks');
    this.thumbs[vote].focus();
    this.thumbs[vote === 'up' ? 'down' : 'up'].disabled = true;
  }
}
