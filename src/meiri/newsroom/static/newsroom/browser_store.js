// A store of objects in the browser (IndexedDB), each found by its `key`. Every call rejects where the browser keeps nothing (a
// private window, a full disk).
(() => {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  window.meiriBrowserStore = (database, store) => {
    let opened = null;
    async function objects(mode) {
      if (!opened) {
        const request = indexedDB.open(database, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: "key" });
        opened = settled(request);
      }
      return (await opened).transaction(store, mode).objectStore(store);
    }
    return {
      put: async (object) => settled((await objects("readwrite")).put(object)),
      remove: async (key) => settled((await objects("readwrite")).delete(key)),
      all: async () => settled((await objects("readonly")).getAll()),
    };
  };
})();
