// Before the first paint: what the reader chose on this device.
for (const name of ["theme", "size", "pinyin", "dismissed"]) {
  try {
    const value = localStorage.getItem(name);
    if (value) document.documentElement.dataset[name] = value;
  } catch {}
}
