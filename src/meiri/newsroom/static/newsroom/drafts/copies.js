// Copies of open forms in the browser (IndexedDB), until the server has said that it has what is in them.
(() => {
  const DATABASE = "meiri-drafts", STORE = "copies", KEPT_DAYS = 60, DAY = 86_400_000;

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

  async function store(mode) {
    return (await database()).transaction(STORE, mode).objectStore(STORE);
  }

  // A browser that keeps nothing (a private window, a full disk) is no reason to stop writing: the caller is told by `false`.
  async function attempt(work) {
    try {
      return await work();
    } catch (error) {
      console.warn("meiri: no copy in this browser", error);
      return false;
    }
  }

  const keep = (copy) => attempt(async () => {
    await settled((await store("readwrite")).put({ ...copy, at: Date.now() }));
    return true;
  });

  const forget = (key) => attempt(async () => settled((await store("readwrite")).delete(key)));

  // The copies of `user` of the thing `model` `pk` ("" for new ones), the newest first. Old ones are dropped on the way.
  const found = (user, model, pk) => attempt(async () => {
    const copies = await settled((await store("readonly")).getAll());
    const old = copies.filter((copy) => Date.now() - copy.at > KEPT_DAYS * DAY);
    await Promise.all(old.map((copy) => forget(copy.key)));
    return copies
      .filter((copy) => !old.includes(copy) && copy.user === user && copy.model === model && copy.pk === pk)
      .sort((a, b) => b.at - a.at);
  });

  window.meiriDrafts = { copies: { keep, forget, found } };
})();
