// The table tells who was chosen; the portal has a page of its own for a person. The builder tells what was saved.
document.addEventListener('contact-open', (event) => {
  event.preventDefault();
  location.assign(`/people/${event.detail.contactId}`);
});
document.querySelector('.workflows select')?.addEventListener('change', ({ target }) => target.form.submit());
if (location.pathname === '/segments') {
  // on a phone they stand in one line
  document.querySelector('.segments [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  document.addEventListener('segment-save', ({ detail: { segment } }) => {
    location.assign(`/segments?segment=${segment.id}`);
  });
  document.addEventListener('segment-delete', () => location.assign('/segments'));
}
