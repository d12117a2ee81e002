// Copies of open forms in the browser (IndexedDB), until the server has said that it has what is in them.
(() => {
  const KEPT_DAYS = 60, DAY = 86_400_000;
  const { put, remove, all } = window.meiriBrowserStore("meiri-drafts", "copies");

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
    await put({ ...copy, at: Date.now() });
    return true;
  });

  const forget = (key) => attempt(() => remove(key));

  // The copies of `user` of the thing `model` `pk` ("" for new ones), the newest first. Old ones are dropped on the way.
  const found = (user, model, pk) => attempt(async () => {
    const copies = await all();
    const old = copies.filter((copy) => Date.now() - copy.at > KEPT_DAYS * DAY);
    await Promise.all(old.map((copy) => forget(copy.key)));
    return copies
      .filter((copy) => !old.includes(copy) && copy.user === user && copy.model === model && copy.pk === pk)
      .sort((a, b) => b.at - a.at);
  });

  window.meiriDrafts = { copies: { keep, forget, found } };
})();
