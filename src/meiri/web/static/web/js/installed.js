// What goes on working without a network.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
