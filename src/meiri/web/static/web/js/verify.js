// Checks an article against the public log (docs/trust.md): whatever the server says is worked out anew here.
const root = document.querySelector("[data-verify]");
const utf8 = new TextEncoder();
const NAMES = { "article.published": "发布", "article.withdrawn": "撤下" };

class Failed extends Error {}

const bytesOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) { all.set(one, at); at += one.length; }
  return all;
};
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const plain = (text) => text.replace(/\s+/gu, "");

// C2SP tlog-proof: salt and record of a leaf, its index, the path, and behind an empty line the checkpoint.
function readProof(text) {
  const cut = text.indexOf("\n\n");
  const [first, extra, index, ...path] = text.slice(0, cut).split("\n");
  if (first !== "c2sp.org/tlog-proof@v1" || !extra?.startsWith("extra ") || !/^index \d{1,15}$/.test(index ?? ""))
    throw new Failed("存证文件的格式不对。");
  const opened = bytesOf(extra.slice(6));
  return {
    opened,
    record: JSON.parse(new TextDecoder().decode(opened.slice(16))),
    index: Number(index.slice(6)),
    path: path.map(bytesOf),
    note: text.slice(cut + 2),
  };
}

// C2SP signed-note with a checkpoint: the text with its last line feed, and the signatures below it.
function readCheckpoint(note) {
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  const [origin, size, hash] = text.split("\n");
  if (cut < 0 || !/^\d{1,15}$/.test(size ?? "")) throw new Failed("检查点的格式不对。");
  const signatures = note.slice(cut + 2).trimEnd().split("\n").map((line) => {
    const [, name, value] = line.split(" ");
    const content = bytesOf(value);
    return { name, id: content.slice(0, 4), signed: content.slice(4) };
  });
  return { text, origin, size: Number(size), hash: bytesOf(hash), signatures };
}

// RFC 9162, 2.1.3.2. Sizes may be above 32 bits, so there are no bitwise operators.
async function isIncluded(leaf, index, size, path, hash) {
  if (index >= size) return false;
  let [number, last, found] = [index, size - 1, leaf];
  for (const one of path) {
    if (last === 0) return false;
    if (number % 2 === 1 || number === last) {
      found = await sha256(Uint8Array.of(1), one, found);
      while (number % 2 === 0 && number > 0) [number, last] = [number / 2, Math.floor(last / 2)];
    } else found = await sha256(Uint8Array.of(1), found, one);
    [number, last] = [Math.floor(number / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(found, hash);
}

// The key `name+hash+base64`: whether it signed, or null where this browser can't tell.
async function isSigned(checkpoint, key) {
  const [name, hash, ...rest] = key.trim().split("+");
  const content = bytesOf(rest.join("+"));
  const id = (await sha256(utf8.encode(name + "\n"), content)).slice(0, 4);
  const named = [...id].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (content[0] !== 1 || named !== hash || name !== checkpoint.origin) return false;
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", content.slice(1), "Ed25519", false, ["verify"]);
  } catch { return null; }
  const own = checkpoint.signatures.find((one) => one.name === name && same(one.id, id));
  return !!own && crypto.subtle.verify("Ed25519", imported, own.signed, utf8.encode(checkpoint.text));
}

// The key is remembered: whoever gives another one later is found out.
function keyBefore(key) {
  let before = null;
  try {
    before = localStorage.getItem("log-key");
    if (!before) localStorage.setItem("log-key", key);
  } catch {}
  return before && before !== key ? before : "";
}

// The blocks of a body; of what was published by earlier releases they are written as Python writes lists, strings and objects.
const WORDS = { True: "true", False: "false", None: "null" }, SIGNS = { n: "\n", r: "\r", t: "\t" };
const unescaped = (text) => text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([^]))/g, (_, x, u, long, sign) =>
  sign ? SIGNS[sign] ?? sign : String.fromCodePoint(parseInt(x ?? u ?? long, 16)));
const readBlocks = (body) => Array.isArray(body) ? body : readOlder(body);
const readOlder = (text) => JSON.parse((text || "[]").replace(/'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"|True|False|None/g, (token) =>
  WORDS[token] ?? JSON.stringify(unescaped(token.slice(1, -1)))));

const wordsOf = (html) => plain(new DOMParser().parseFromString(html, "text/html").body.textContent);
const stringsIn = (value) =>
  typeof value === "string" ? [value] : value && typeof value === "object" ? Object.values(value).flatMap(stringsIn) : [];

// Whether the article's page shows what was proven, and no paragraph besides.
function isShown(text, html) {
  const shown = new DOMParser().parseFromString(html, "text/html");
  const body = shown.querySelector(".article .body");
  if (!body || plain(shown.querySelector("h1").textContent) !== plain(text.title)) return false;
  const blocks = readBlocks(text.body);
  const proven = stringsIn(blocks).map(wordsOf).join("\n") + "\n" + plain(text.dateline);
  const all = plain(body.textContent);
  const paragraphs = blocks.filter((block) => block.type === "text").flatMap((block) =>
    [...new DOMParser().parseFromString(block.value, "text/html").body.children]);
  const without = (one) => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("sup").forEach((mark) => mark.remove());
    return plain(copy.textContent);
  };
  return paragraphs.every((one) => all.includes(plain(one.textContent)) || all.includes(without(one)))
    && [...body.querySelectorAll(":scope > p")].every((one) => proven.includes(without(one)));
}

async function fetched(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (answer.ok) return answer;
  let said = "";
  try { said = (await answer.json()).detail; } catch {}
  throw new Failed(said || `没有取到 ${address}（${answer.status}）。`);
}

// What one check found: lists of elements for the page.
class Findings {
  steps = [];
  facts = [];
  shown = "";

  step(ok, words) {
    const line = document.createElement("li");
    line.textContent = `${ok === null ? "—" : ok ? "✓" : "✗"} ${words}`;
    this.steps.push(line);
    if (ok === false) throw new Failed("核验没有通过。");
  }

  fact(word, value) {
    const pair = document.createElement("div");
    pair.append(Object.assign(document.createElement("dt"), { textContent: word }));
    pair.append(Object.assign(document.createElement("dd"), { textContent: value }));
    this.facts.push(pair);
  }

  // What an earlier version said, for reading: its headlines and paragraphs, without markup.
  text(said) {
    const shown = document.createElement("details");
    shown.append(Object.assign(document.createElement("summary"), { textContent: "这一版的全文" }));
    const paragraphs = readBlocks(said.body).flatMap((block) => stringsIn(block.value).flatMap((html) =>
      [...new DOMParser().parseFromString(html, "text/html").body.childNodes].map((one) => one.textContent.trim())));
    for (const words of [said.kicker, said.title, said.subtitle, said.summary, ...paragraphs].filter(Boolean))
      shown.append(Object.assign(document.createElement("p"), { textContent: words }));
    this.shown = shown;
  }
}

// `version`: the number of an earlier version, which no page shows any more; empty for what stands.
async function verify(number, version, found) {
  if (!globalThis.crypto?.subtle) throw new Failed("这个浏览器或这种连接（没有 https）不能在本机验算，请用下面的办法。");
  const began = performance.now();
  const address = `/api/v1/articles/${number}${version && `/versions/${version}`}`;
  const [proofAnswer, key, textAnswer] = await Promise.all([
    fetched(`${address}/proof`),
    fetched("/.well-known/meiri-log/key").then((answer) => answer.text()),
    fetched(`${address}/text`),
  ]);
  const [proof, text] = [readProof(await proofAnswer.text()), new Uint8Array(await textAnswer.arrayBuffer())];
  const page = version || await (await fetched(new URL(textAnswer.headers.get("X-Article-Address"), location).pathname)).text();
  const working = performance.now();
  const checkpoint = readCheckpoint(proof.note), said = JSON.parse(new TextDecoder().decode(text));
  found.fact("标题", said.title);
  if (version) found.fact("版本", `第 ${version} 版`);
  found.fact("记录", `${NAMES[proof.record.kind] ?? proof.record.kind}，${new Date(proof.record.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai" })}`);
  found.step(proof.record.thing === `article:${number}`, "记录说的是这篇稿件");
  found.step(same(await sha256(text), bytesOf(proof.record.digest)), "原文的摘要与记录相同，一字未改");
  const leaf = await sha256(Uint8Array.of(0), await sha256(proof.opened));
  found.step(await isIncluded(leaf, proof.index, checkpoint.size, proof.path, checkpoint.hash), "记录在日志里");
  const signed = await isSigned(checkpoint, key);
  found.step(signed, signed === null ? "这个浏览器不会验 Ed25519 签名，日志的签名没有验" : "日志有本站的签名");
  const before = keyBefore(key);
  found.step(!before, before ? `日志的公钥变了，以前是 ${before}` : "日志的公钥与这个浏览器以前见到的不矛盾");
  if (version) found.text(said);
  else found.step(isShown(said, page), "稿件页上显示的就是这份原文");
  root.dataset.spent = String(Math.round(performance.now() - working));
  found.fact("位置", `第 ${proof.index + 1} 条，日志共 ${checkpoint.size} 条`);
  // A second signature of the site itself (SM2) is no witness's; browsers can't check it.
  const others = checkpoint.signatures.slice(1).map((one) => one.name), sm2 = `${checkpoint.origin}/sm2`;
  found.fact("见证人", others.filter((one) => one !== sm2).join("、") || "无");
  if (others.includes(sm2)) found.fact("国密签名", "检查点另有本站的 SM2 签名，浏览器不验，可用 openssl 核验");
  found.fact("公钥", key.trim());
  found.fact("用时", `${Math.round(performance.now() - began)} 毫秒`);
  return signed === null ? "除签名外，核验通过。" : "核验通过。";
}

// Another article may be asked for while one is being checked: only the newest check is shown.
let newest = 0;

async function begin() {
  const mine = ++newest, found = new Findings();
  const [, number, version = ""] = /^#(\d{1,15})(?:\/(\d{1,7}))?$/.exec(location.hash) ?? [];
  const result = root.querySelector("[data-result]");
  const [steps, facts] = [root.querySelector("[data-steps]"), root.querySelector("[data-facts]")];
  for (const one of [steps, facts, root.querySelector("[data-text]")]) one.replaceChildren();
  result.hidden = false;
  if (!number) {
    result.textContent = "请从稿件页末尾的“核验”进入。";
    return;
  }
  root.querySelectorAll("[data-number]").forEach((one) => (one.textContent = number));
  steps.hidden = facts.hidden = false;
  result.textContent = "正在核验……";
  let verified = "yes", words;
  try {
    words = await verify(number, version, found);
  } catch (error) {
    verified = "no";
    words = error instanceof Failed ? error.message : `核验没有完成：${error.message}`;
  }
  if (mine !== newest) return;
  steps.replaceChildren(...found.steps);
  facts.replaceChildren(...found.facts);
  root.querySelector("[data-text]").replaceChildren(found.shown);
  root.dataset.verified = verified;
  result.textContent = words;
}

addEventListener("hashchange", begin);
begin();
