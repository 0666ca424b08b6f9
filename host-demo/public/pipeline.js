/** From a card to the rest of the portal. */
const go = (path) => location.assign(path);

document.addEventListener('contact-open', (event) => {
  event.preventDefault();
  go(`/people/${event.detail.contactId}`);
});
document.addEventListener('message-start', (event) => {
  event.preventDefault();
  const { conversationId, contactId } = event.detail;
  go(conversationId ? `/messages?conversation=${conversationId}` : `/people/${contactId}`);
});
