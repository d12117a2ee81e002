// The service worker. Online, pages always come from the network; what was read last is kept for when there is none: home, the
// magazine, the articles opened last. Nothing personal is kept: not letters, members' pages, comments, the newsroom.
/* global VERSION, FIRST -- written before this file by web/installable.py */
const PAGES = `pages-${VERSION}`, FILES = `files-${VERSION}`;
const KEPT = /^(?:\/(?:zh-hant|zhangbei|weichengnian))?\/(?:$|zazhi\/|[a-z][a-z0-9-]*\/\d{4}\/\d{4}\/\d+\.html$)/;
const MOST_PAGES = 40, MOST_FILES = 200;
// Whole issues of the magazine that a reader asked for: they stay until the browser clears them away.
const ISSUES = "issues", MOST_IN_ISSUE = 250;
// Articles that a reader keeps to be read later: what the list on the device says, and no more.
const LATER = "later", MOST_LATER = 100;
const trim = async (name, most) => {
  const cache = await caches.open(name);
  const keys = (await cache.keys()).filter(({ url }) => !FIRST.includes(new URL(url).pathname));
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((key) => cache.delete(key)));
};
const keep = async (name, request, answer, most) => {
  const cache = await caches.open(name);
  // What is asked for again comes last, so that it stays longest.
  await cache.delete(request);
  await cache.put(request, answer);
  await trim(name, most);
};
const renew = async (pathname, answer) => {
  const cache = await caches.open(LATER);
  if (await cache.match(pathname)) await cache.put(pathname, answer);
};
const keepLater = async (wanted) => {
  const cache = await caches.open(LATER), listed = wanted.filter((pathname) => KEPT.test(pathname)).slice(0, MOST_LATER);
  for (const { url } of await cache.keys()) if (!listed.includes(new URL(url).pathname)) await cache.delete(url);
  for (const pathname of listed) {
    if (await cache.match(pathname)) continue;
    const kept = await caches.match(pathname, { cacheName: PAGES }), answer = kept || await fetch(pathname).catch(() => null);
    if (answer?.ok && !answer.redirected) await cache.put(pathname, answer);
  }
};
const page = async (event) => {
  const { request } = event, { pathname } = new URL(request.url);
  try {
    const answer = await event.preloadResponse || await fetch(request);
    if (KEPT.test(pathname)) {
      if (answer.ok && !answer.redirected) {
        event.waitUntil(keep(PAGES, pathname, answer.clone(), MOST_PAGES));
        event.waitUntil(renew(pathname, answer.clone()));
      // What was withdrawn is not kept either.
      } else if (answer.status === 404 || answer.status === 410) event.waitUntil(Promise.all([PAGES, LATER].map(async (name) => (await caches.open(name)).delete(pathname))));
    }
    return answer;
  } catch (error) {
    const kept = KEPT.test(pathname)
      && (await caches.match(pathname, { cacheName: PAGES }) || await caches.match(pathname, { cacheName: LATER }) || await caches.match(pathname, { cacheName: ISSUES }));
    if (kept) return kept;
    const offline = await caches.match("/offline.html", { cacheName: FILES });
    if (offline) return offline;
    throw error;
  }
};
// Their names hold a digest of their content: what is kept under one is never another.
const file = async (event) => {
  const kept = await caches.match(event.request, { cacheName: FILES })
    || await caches.match(event.request, { cacheName: ISSUES });
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok && answer.status === 200) event.waitUntil(keep(FILES, event.request, answer.clone(), MOST_FILES));
  return answer;
};
addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(FIRST)).then(() => self.skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => /^(?:pages|files)-/.test(name) && ![PAGES, FILES].includes(name)).map((name) => caches.delete(name)));
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});
addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (!/^\/(?:admin|documents|media|api)\//.test(pathname)) event.respondWith(page(event));
  } else if (/^\/(?:assets|media\/pictures)\//.test(pathname)) event.respondWith(file(event));
});
// A page of the magazine with what it shows: its styles, scripts and the pictures that stand in it.
const keepWhole = async (cache, pathname) => {
  const answer = await fetch(pathname);
  if (!answer.ok || answer.redirected || !KEPT.test(pathname)) throw answer;
  await cache.put(pathname, answer.clone());
  const files = new Set((await answer.text()).match(/\/(?:assets|media\/pictures)\/[^\s"'()<>,]+/g));
  await Promise.all([...files].slice(0, MOST_FILES).map(async (address) => {
    if (!await cache.match(address)) await cache.add(address).catch(() => {});
  }));
};
addEventListener("message", (event) => {
  const wanted = event.data?.keep, later = event.data?.later;
  if (Array.isArray(later)) event.waitUntil(keepLater(later));
  if (!Array.isArray(wanted)) return;
  event.waitUntil((async () => {
    const cache = await caches.open(ISSUES), pages = wanted.slice(0, MOST_IN_ISSUE);
    let failed = 0;
    for (const pathname of pages) await keepWhole(cache, pathname).catch(() => { failed += 1; });
    event.ports[0]?.postMessage({ kept: pages.length - failed, failed });
  })());
});
// What members are told by push: a title and an address of this site.
addEventListener("push", (event) => {
  const { title, url } = event.data?.json() || {};
  event.waitUntil(self.registration.showNotification(title || "有新消息", { data: url || "/", tag: url, icon: "/icons/192.png", lang: "zh-Hans" }));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { href, origin } = new URL(event.notification.data, location.origin);
  if (origin !== location.origin) return;
  event.waitUntil(self.clients.matchAll({ type: "window" }).then((open) => {
    const there = open.find((client) => client.url === href);
    return there ? there.focus() : self.clients.openWindow(href);
  }));
});
