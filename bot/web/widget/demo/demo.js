// The switches of the demo page; nothing of it is part of the widget.
const root = document.documentElement;
const set = (name) => (event) => (root.dataset[name] = event.target.value);
document.getElementById('theme').addEventListener('change', set('theme'));
document.getElementById('palette').addEventListener('change', set('palette'));
document.getElementById('language').addEventListener('change', ({ target }) => {
  for (const old of document.querySelectorAll('medialis-chat')) {
    const chat = old.cloneNode(true);
    chat.lang = target.value;
    old.replaceWith(chat);
  }
});
