/* Fetches lazy blocks, and sends events: window.recsys.record({kind, item_id, ...}).
   No dependency, nothing inline; a page without scripts keeps its links. */
(() => {
  "use strict";
  const { csrfCookie = "csrftoken", csrfToken = "", events = "" } = document.currentScript?.dataset ?? {};

  const token = () => {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${csrfCookie}=`));
    return csrfToken || (found ? decodeURIComponent(found.slice(csrfCookie.length + 1)) : "");
  };

  /* Resolves to the answer of the endpoint; rejects where the event was refused. */
  const record = async (event) => {
    const response = await fetch(events, {
      method: "POST",
      credentials: "same-origin",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(event),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) {
      throw new Error(`recsys: event refused (${response.status}): ${JSON.stringify(answer)}`);
    }
    return answer;
  };

  const fill = async (place) => {
    const url = place.dataset.recsysLazy;
    place.removeAttribute("data-recsys-lazy");
    try {
      const response = await fetch(url, { credentials: "same-origin" });
      if (!response.ok) throw new Error(`recsys: ${url} answered ${response.status}`);
      const html = await response.text();
      if (html.trim()) {
        place.innerHTML = html;
        place.classList.add("recsys-lazy--filled");
      } else {
        place.remove();
      }
    } catch (error) {
      place.remove();
      console.warn(error);
    }
  };

  /* Call it again for what arrives later, as a fragment of htmx or Turbo. */
  const load = (root = document) => root.querySelectorAll("[data-recsys-lazy]").forEach(fill);

  window.recsys = { load, record };
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => load());
  } else {
    load();
  }
  ["turbo:load", "turbo:frame-load", "htmx:load"].forEach((name) => {
    document.addEventListener(name, () => load());
  });
})();
