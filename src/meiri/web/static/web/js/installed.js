// What goes on working without a network.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
// What the masthead says to whoever is signed in: few are, so it is fetched for them alone, under whichever digest.
if (/\bsigned=/.test(document.cookie)) import("/assets/masthead.0.js");
