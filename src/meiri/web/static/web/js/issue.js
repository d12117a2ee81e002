// Keeps all of an issue on the device, so that it is read without a network.
const button = document.querySelector("[data-keep-issue]"), told = document.querySelector("[data-kept]");
const worker = navigator.serviceWorker;
if (button && worker) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = "正在存……";
    const addresses = [location.pathname, ...new Set([...document.querySelectorAll("a[data-issue-page]")].map((a) => a.pathname))];
    const { active } = await worker.ready, channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => {
      button.disabled = false;
      told.textContent = data.failed ? `有 ${data.failed} 页没有存下，请检查网络后再试一次。` : `已存下全部 ${data.kept} 页，没有网络也能读。`;
    };
    active.postMessage({ keep: addresses }, [channel.port2]);
  });
}
