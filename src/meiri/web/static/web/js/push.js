// Notices on this device: the browser asks its reader, subscribes at its push service, and its form tells the site where that is.
const form = document.querySelector("[data-push]");
const isPossible = navigator.serviceWorker && window.PushManager && window.Notification;
const same = (bytes, key) => bytes && btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") === key;
const subscribed = async (key) => {
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  // One that was made with another key of the site would never be told anything.
  if (before && !same(before.options.applicationServerKey, key)) await before.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
};
if (form && isPossible) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = form.querySelector("[role=status]");
    note.textContent = "";
    if (await Notification.requestPermission() !== "granted") {
      note.textContent = "浏览器没有允许通知。请在浏览器设置里允许本网发送通知，再试一次。";
      return;
    }
    try {
      const { endpoint, keys } = (await subscribed(form.dataset.push)).toJSON();
      Object.assign(form.elements.endpoint, { value: endpoint });
      Object.assign(form.elements.public_key, { value: keys.p256dh });
      Object.assign(form.elements.secret, { value: keys.auth });
      form.submit();
    } catch {
      note.textContent = "没有完成：浏览器连不上它的推送服务，请稍后再试。";
    }
  });
} else if (form) form.insertAdjacentHTML("afterend", "<p>这个浏览器不支持推送。</p>");
