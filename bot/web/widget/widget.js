// The element and its launcher. Everything else is fetched when a reader opens the chat: until then nothing is
// requested and nothing stored. A classic script, so that it can be included with or without type=module.
(() => {
  const BUILD = "__BUILD__"; // the server writes version, hashes of the parts, launcher style and words in its place
  const here = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
  const given = { ...(here?.dataset ?? {}) };
  const root = new URL((here?.src ?? given.server ?? location.href).replace(/(widget\/[^/]+\/)?widget\.js.*$/, ''));
  const style = new CSSStyleSheet();
  style.replaceSync(BUILD.style);
  let parts;

  // A preloaded module enters the module map with its hash checked; import() takes it from there.
  const load = async () => {
    const href = new URL(`widget/${BUILD.version}/chat.js`, root).href;
    const link = Object.assign(document.createElement('link'), { rel: 'modulepreload', crossOrigin: '', integrity: BUILD.integrity, nonce: here?.nonce ?? '', href });
    if (link.relList.supports('modulepreload'))
      await new Promise((loaded, failed) => {
        link.onload = loaded;
        link.onerror = () => failed(new Error(`${href} did not come: script-src does not allow it, or it was changed.`));
        document.head.append(link);
      });
    return import(href);
  };

  /** A drawn sign that screen readers pass over. */
  const svg = (d) => {
    const make = (tag) => document.createElementNS('http://www.w3.org/2000/svg', tag);
    const [icon, path] = [make('svg'), make('path')];
    icon.setAttribute('viewBox', '0 0 24 24');
    icon.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', d);
    icon.append(path);
    return icon;
  };

  class MedialisChat extends HTMLElement {
    static icon = svg;
    #chat;
    #opening;

    connectedCallback() {
      if (this.shadowRoot) return;
      const wanted = this.closest('[lang]')?.lang || navigator.language;
      this.language = [wanted, wanted.split('-')[0]].find((one) => Object.hasOwn(BUILD.words, one)) ?? 'en';
      const words = (this.words = BUILD.words[this.language]);
      const shadow = this.attachShadow({ mode: 'open' });
      const make = (tag, kind, ...inner) => {
        const node = document.createElement(tag);
        node.className = kind;
        node.append(...inner);
        return node;
      };
      this.inline = this.dataset.layout === 'inline';
      this.label = make('span', 'label', this.dataset.label || words.launcher);
      this.launcher = make('button', 'launcher', svg('M4 5h16v11h-8l-5 4v-4H4zM8 9h8M8 12h5'), this.label);
      this.launcher.type = 'button';
      this.launcher.part = 'launcher';
      this.launcher.setAttribute('aria-expanded', 'false');
      if (!this.inline) this.launcher.setAttribute('aria-haspopup', 'dialog');
      this.launcher.onclick = () => this.open();
      this.problem = make('p', 'problem');
      this.problem.setAttribute('role', 'alert');
      this.frame = make('div', `frame ${this.inline ? 'inline' : 'floating'}`);
      this.frame.lang = this.language;
      this.frame.dir = words.dir;
      // what stands inside the element leads to the launcher, and is all there is without JavaScript
      this.frame.append(...(this.inline ? [make('slot', '')] : []), this.problem, this.launcher);
      shadow.adoptedStyleSheets = [style];
      shadow.append(this.frame);
    }

    /** Open the chat and put the focus into it; resolves to whether it is open. */
    async open() {
      if (this.#opening) return this.#opening;
      this.launcher.setAttribute('aria-busy', 'true');
      this.problem.textContent = '';
      this.#opening = this.#start();
      const opened = await this.#opening;
      this.#opening = undefined;
      this.launcher.removeAttribute('aria-busy');
      return opened;
    }

    async #start() {
      try {
        if (!this.#chat) {
          parts ??= load();
          const { Chat } = await parts;
          this.#chat = await Chat.create(this, new URL(this.dataset.server ?? root), BUILD, root);
        }
        this.#chat.show();
        return true;
      } catch (error) {
        parts = undefined;
        console.error(`medialis: the chat cannot be opened on ${location.origin}. ${error.message}`);
        this.problem.textContent = this.words.unavailable;
        return false;
      }
    }

    /** Close a floating chat and give the focus back. */
    close() {
      this.#chat?.close();
    }

    /** Open the chat and ask a question in the reader's name. */
    async ask(question) {
      if (await this.open()) return this.#chat.ask(String(question));
    }
  }

  if (customElements.get('medialis-chat')) return;
  customElements.define('medialis-chat', MedialisChat);
  const launch = () => {
    if (!here || given.launcher === 'off' || document.querySelector('medialis-chat')) return;
    const chat = document.createElement('medialis-chat');
    Object.assign(chat.dataset, given);
    if (here.lang) chat.lang = here.lang;
    document.body.append(chat);
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', launch);
  else launch();
})();
