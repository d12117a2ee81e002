// Entries that wait to be sent, in the browser (IndexedDB): written before they are sent, forgotten when the server has them.
(() => {
  const { put: keep, remove: forget, all } = window.meiriBrowserStore("meiri-live", "entries");

  // Those of `user` for `coverage`, oldest first.
  const waiting = async (user, coverage) => {
    const entries = await all();
    return entries.filter((entry) => entry.user === user && entry.coverage === coverage).sort((a, b) => a.at - b.at);
  };

  window.meiriLive = { keep, forget, waiting };
})();
