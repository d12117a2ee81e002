// Entries that wait to be sent, in the browser (IndexedDB): written before they are sent, forgotten when the server has them.
(() => {
  const DATABASE = "meiri-live", STORE = "entries";

  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  let opened = null;
  function database() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  }

  const store = async (mode) => (await database()).transaction(STORE, mode).objectStore(STORE);
  const keep = async (entry) => settled((await store("readwrite")).put(entry));
  const forget = async (key) => settled((await store("readwrite")).delete(key));
  // Those of `user` for `coverage`, oldest first.
  const waiting = async (user, coverage) => {
    const all = await settled((await store("readonly")).getAll());
    return all.filter((entry) => entry.user === user && entry.coverage === coverage).sort((a, b) => a.at - b.at);
  };

  window.meiriLive = { keep, forget, waiting };
})();
