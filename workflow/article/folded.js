// What is folded and large is made when the reader opens it; without this script it is there at once. An address that
// names a part of it opens it.
const unfold = (plain) => {
  const made = new DOMParser().parseFromString(plain.textContent, "text/html").body;
  sayRoles(made);
  plain.replaceWith(...made.childNodes);
};
(() => {
  const folded = [...document.querySelectorAll("details:has(> noscript)")];
  const plainOf = (one) => one.querySelector(":scope > noscript");
  for (const one of folded) {
    one.addEventListener("toggle", () => {
      const plain = plainOf(one);
      if (!plain) return;
      unfold(plain);
      watchTabStops(one);
      offerSheets(one);
    });
  }
  const open = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!name || document.getElementById(name)) return;
    const one = folded.find((each) => plainOf(each)?.textContent.includes(`id="${name}"`));
    if (!one) return;
    one.addEventListener("toggle", () => document.getElementById(name).scrollIntoView(), { once: true });
    one.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();
