/* Follows a training: asks every two seconds, reloads once when it has ended. */
(function () {
  "use strict";
  const PAUSE = 2000;

  function follow(block) {
    function show(name, text) {
      const place = block.querySelector('[data-recsys="' + name + '"]');
      if (place.textContent !== text) place.textContent = text;
    }

    async function ask() {
      try {
        const response = await fetch(block.dataset.recsysStatus, {
          headers: { Accept: "application/json" },
        });
        if (response.ok) {
          const run = await response.json();
          if (run.is_finished) return window.location.reload();
          show("status", run.status);
          show("stage", run.stage);
          show("message", run.message);
          block.querySelector("progress").value = run.progress;
        }
      } catch (error) {
        /* The server is away for a moment; the next question may be answered. */
      }
      window.setTimeout(ask, PAUSE);
    }

    window.setTimeout(ask, PAUSE);
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-recsys-status]").forEach(follow);
  });
})();
